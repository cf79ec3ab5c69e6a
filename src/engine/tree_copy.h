// SPDX-License-Identifier: Apache-2.0
/* Copying a folder's whole content with owners, modes, times, links and extended attributes. */
#pragma once

#include "base/base.h"

/* Copies what is in the folder behind from_fd (borrowed) into the folder `to` that is there and empty, and gives `to` the owner and mode of that folder. Links are
 * copied as links, sockets passed over; another file system mounted inside is not entered. Deeper than 64 folders: -ELOOP. When it fails, what was copied stays: the
 * caller removes `to`. */
int tree_copy(int from_fd, const char *to, struct err *e);
