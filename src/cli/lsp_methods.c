// SPDX-License-Identifier: Apache-2.0
/* The methods that the server knows, and the first and the last of them. */
#include "cli/lsp.h"
#include "cli/lsp_answers.h"
#include "cli/lsp_docs.h"

/* Does the client offer to count positions in bytes? (3.17, "PositionEncodingKind") */
static bool offers_utf8(const json_t *params)
{
    const json_t *kinds = json_at(params, "capabilities", "general", "positionEncodings", NULL), *kind;
    size_t i;
    json_array_foreach(kinds, i, kind)
    {
        if (str_eq(json_string_value(kind), "utf-8"))
            return true;
    }
    return false;
}

static json_t *capabilities(const struct lsp *s)
{
    json_t *v = json_pack("{s:s, s:{s:b, s:i, s:{s:b}}, s:b, s:b, s:b, s:b, s:{s:[s]}}", "positionEncoding",
                          s->unit == TEXT_UTF8 ? "utf-8" : "utf-16", "textDocumentSync", "openClose", 1, "change",
                          2 /* incremental */, "save", "includeText", 0, "hoverProvider", 1, "definitionProvider", 1,
                          "documentSymbolProvider", 1, "documentFormattingProvider", 1, "codeActionProvider",
                          "codeActionKinds", "quickfix");
    json_object_set_new(
        v, "completionProvider",
        json_pack("{s:[s, s, s, s, s], s:b}", "triggerCharacters", " ", "$", "[", "{", ",", "resolveProvider", 0));
    return v;
}

static json_t *initialize(struct lsp *s, const json_t *params, struct lsp_fault *fault)
{
    const json_t *text = json_at(params, "capabilities", "textDocument", NULL);
    s->unit = offers_utf8(params) ? TEXT_UTF8 : TEXT_UTF16;
    s->tree_symbols = json_is_true(json_at(text, "documentSymbol", "hierarchicalDocumentSymbolSupport", NULL));
    s->watches = json_is_true(
        json_at(params, "capabilities", "workspace", "didChangeWatchedFiles", "dynamicRegistration", NULL));
    s->state = LSP_READY;
    return json_pack("{s:o, s:{s:s, s:s}}", "capabilities", capabilities(s), "serverInfo", "name", "sedge", "version",
                     SEDGE_VERSION);
}

/* Asks to be told when templates change on disk: imports that are not open. */
static json_t *initialized(struct lsp *s, const json_t *params, struct lsp_fault *fault)
{
    if (s->watches)
        lsp_send(s, json_pack("{s:s, s:s, s:{s:[{s:s, s:s, s:{s:[{s:s}]}}]}}", "id", "watch", "method",
                              "client/registerCapability", "params", "registrations", "id", "watch", "method",
                              "workspace/didChangeWatchedFiles", "registerOptions", "watchers", "globPattern",
                              "**/*.{yaml,yml}"));
    return NULL;
}

static json_t *shut_down(struct lsp *s, const json_t *params, struct lsp_fault *fault)
{
    s->state = LSP_SHUT;
    return NULL;
}

const struct lsp_method *lsp_method_find(const char *name)
{
    static const struct lsp_method methods[] = {
        {"initialize", true, initialize},
        {"initialized", false, initialized},
        {"shutdown", true, shut_down},
        {"textDocument/didOpen", false, lsp_did_open},
        {"textDocument/didChange", false, lsp_did_change},
        {"textDocument/didSave", false, lsp_did_save},
        {"textDocument/didClose", false, lsp_did_close},
        {"workspace/didChangeWatchedFiles", false, lsp_files_changed},
        {"textDocument/hover", true, lsp_hover},
        {"textDocument/completion", true, lsp_completion},
        {"textDocument/definition", true, lsp_definition},
        {"textDocument/documentSymbol", true, lsp_symbols},
        {"textDocument/formatting", true, lsp_formatting},
        {"textDocument/codeAction", true, lsp_code_actions},
    };
    for (size_t i = 0; i < ARRAY_LEN(methods); i++)
        if (str_eq(methods[i].name, name))
            return &methods[i];
    return NULL;
}
