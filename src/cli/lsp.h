// SPDX-License-Identifier: Apache-2.0
/* A language server for TOSCA (Language Server Protocol 3.17): what it keeps, and the ways in and out. Methods are rows
 * of the table in lsp_methods.c. */
#pragma once

#include "cli/lsp_frame.h"
#include "cli/template.h"
#include "editor/text_index.h"

/* Faults of JSON-RPC and of the protocol. */
enum lsp_error {
    LSP_PARSE_ERROR = -32700,
    LSP_INVALID_REQUEST = -32600,
    LSP_METHOD_NOT_FOUND = -32601,
    LSP_INVALID_PARAMS = -32602,
    LSP_NOT_INITIALIZED = -32002,
    LSP_CANCELLED = -32800,
    LSP_FAILED = -32803,
};

#define LSP_QUEUE_MAX  10000 /* messages that wait */
#define LSP_DOCS_MAX   1000
#define LSP_TEXT_MAX   (64LL << 20)      /* bytes of all open documents */
#define LSP_QUIET_US   (150 * US_PER_MS) /* after a change, before documents are checked */
#define LSP_QUIET_MOST (2 * US_PER_S)    /* the same, while changes keep coming */

struct lsp_sight;

/* An open document. */
struct lsp_doc {
    char *uri;  /* as the client spells it */
    char *path; /* absolute, its folder without links; also of one that is on no disk: below "/untitled" */
    char *text; /* closed by NUL */
    size_t len;
    json_t *version;
    struct text_index index;
    bool builtin;  /* a file of the profiles: not checked by itself */
    bool foreign;  /* YAML of another kind: left alone */
    bool blank;    /* nothing in it yet */
    bool topology; /* it has node templates of its own, or could */
    char *good;    /* the last text that was well-formed YAML, when that is not the text; or NULL */
    size_t good_len;
    enum { TEXT_UNKNOWN, TEXT_GOOD, TEXT_BROKEN } state;
    struct lsp_doc *entry;   /* the open document that it was last checked as a part of; NULL: itself */
    struct lsp_sight *sight; /* types and files as it sees them (lsp_sight.h); NULL: not looked yet */
};

struct lsp_message {
    json_t *value;
    bool cancelled;
};

struct lsp {
    enum { LSP_NEW, LSP_READY, LSP_SHUT, LSP_OVER } state;
    int status; /* when over: the exit status */
    enum text_unit unit;
    bool tree_symbols, watches; /* what the client can do */
    struct lsp_frame in;
    struct buf out; /* what is to be written */
    struct lsp_message *queue;
    size_t n_queue;
    struct lsp_doc **docs; /* in the order opened */
    size_t n_docs;
    char *profiles;       /* folder of the built-in types, or NULL */
    char *pages;          /* folder of pages that explain findings, or NULL */
    uint64_t generation;  /* of all texts together */
    int64_t changed_us;   /* when the first change came that was not checked yet; 0: none */
    int64_t last_us;      /* and the last one */
    struct map *seen;     /* while a document is checked: paths of open documents that were read */
    struct map published; /* URI -> text of what was told of it last */
    struct map fixes;     /* URI -> array of {range, text, title} */
};

void lsp_start(struct lsp *s);
void lsp_done(struct lsp *s);
/* Takes bytes from the client: whole messages go into the queue, cancellations take effect at once. */
void lsp_feed(struct lsp *s, const void *data, size_t len);
/* The client has gone. */
void lsp_end(struct lsp *s);
/* Does the first message of the queue; false when there is none. */
bool lsp_work(struct lsp *s);
/* When documents are to be checked: microseconds from `now` (0: now), or -1: nothing changed. */
int64_t lsp_due(const struct lsp *s, int64_t now);
/* Checks what is open and tells what changed. */
void lsp_check(struct lsp *s);
/* Runs the server on two descriptors until it is over: its exit status. */
int lsp_serve(int in, int out);

/* ---- between the server's files ---- */

struct lsp_fault {
    enum lsp_error code;
    const char *text; /* static; NULL: no fault */
};
/* `answer` gives the result (NULL: null) or sets the fault; of a notification both are dropped. */
struct lsp_method {
    const char *name;
    bool request;
    json_t *(*answer)(struct lsp *s, const json_t *params, struct lsp_fault *fault);
};
const struct lsp_method *lsp_method_find(const char *name);
/* Takes the reference. */
void lsp_send(struct lsp *s, json_t *message);
void lsp_notify(struct lsp *s, const char *method, json_t *params);
