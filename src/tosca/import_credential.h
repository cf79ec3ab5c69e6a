// SPDX-License-Identifier: Apache-2.0
/* What a repository's credential says to a web server. Pure. */
#pragma once

#include "tosca/context.h"

/* The repositories' tokens and keys of a file: texts that may not be shown with its findings (struct diags). */
void import_credential_note(struct tctx *c, struct tfile *f);

/* One header line for requests below the repository's URL, from its `credential` (Simple Profile 1.3, 5.3.2; a text
 * alone is a token). *ret NULL: there is none. False (told at `name`, where no secret stands): it is not one that sedge
 * can send, or not to be sent to `url` in the clear. In the context's memory. */
bool import_credential_header(struct tctx *c, struct at repository, struct at name, const char *url, const char **ret);
