// SPDX-License-Identifier: Apache-2.0
/* Methods that answer what an editor asks of a document. */
#pragma once

#include "cli/lsp.h"

json_t *lsp_hover(struct lsp *s, const json_t *params, struct lsp_fault *fault);
json_t *lsp_completion(struct lsp *s, const json_t *params, struct lsp_fault *fault);
json_t *lsp_definition(struct lsp *s, const json_t *params, struct lsp_fault *fault);
json_t *lsp_symbols(struct lsp *s, const json_t *params, struct lsp_fault *fault);
json_t *lsp_formatting(struct lsp *s, const json_t *params, struct lsp_fault *fault);
json_t *lsp_code_actions(struct lsp *s, const json_t *params, struct lsp_fault *fault);
