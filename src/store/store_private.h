// SPDX-License-Identifier: Apache-2.0
/* What the store's files share: one SQLite database, its prepared statements and the watches over it. */
#pragma once

#include <sqlite3.h>

#include "base/lazy.h"
#include "store/store.h"

#define STORE_HISTORY 10000 /* revisions kept for watches; each has at least one change */
#define STORE_VERSION 1     /* of the tables; kept in the database */

#define SQLITE_FUNCTIONS(X)                                                                                            \
    X(sqlite3_initialize)                                                                                              \
    X(sqlite3_config)                                                                                                  \
    X(sqlite3_open_v2)                                                                                                 \
    X(sqlite3_close)                                                                                                   \
    X(sqlite3_db_config)                                                                                               \
    X(sqlite3_exec)                                                                                                    \
    X(sqlite3_prepare_v3)                                                                                              \
    X(sqlite3_bind_text)                                                                                               \
    X(sqlite3_bind_int64)                                                                                              \
    X(sqlite3_bind_null)                                                                                               \
    X(sqlite3_step)                                                                                                    \
    X(sqlite3_reset)                                                                                                   \
    X(sqlite3_clear_bindings)                                                                                          \
    X(sqlite3_finalize)                                                                                                \
    X(sqlite3_column_text)                                                                                             \
    X(sqlite3_column_int64)                                                                                            \
    X(sqlite3_column_bytes)                                                                                            \
    X(sqlite3_column_type)                                                                                             \
    X(sqlite3_errmsg)                                                                                                  \
    X(sqlite3_extended_errcode)                                                                                        \
    X(sqlite3_system_errno)                                                                                            \
    X(sqlite3_free)

struct sqlite_library {
    SQLITE_FUNCTIONS(LAZY_MEMBER)
};
extern struct sqlite_library sqlite;
int sqlite_library_open(struct err *e);

enum store_statement {
    STATEMENT_GET,
    STATEMENT_LIST,
    STATEMENT_PUT,
    STATEMENT_DELETE,
    STATEMENT_LOG,
    STATEMENT_REVISION,
    STATEMENT_PRUNE,
    STATEMENT_OLDEST,
    STATEMENT_MAX,
};

struct store_watch {
    struct store *store;
    struct store_watch *next;
    char *prefix;
    int64_t from; /* changes after this revision are told */
    void (*event)(void *data, const struct store_item *item);
    void *data;
    bool ended; /* unwatched while changes are told: freed after */
};

struct store {
    sqlite3 *db;
    bool fresh; /* has no tables yet */
    sqlite3_stmt *statements[STATEMENT_MAX];
    int64_t revision, oldest; /* changes with revisions above `oldest` are kept */
    struct store_watch *watches;
    int telling;
};

/* The statement, bare of earlier bindings. */
sqlite3_stmt *store_statement(struct store *s, enum store_statement which);
/* Sets `e` to "<what>: <SQLite's reason>" and gives -ENOSPC, -EUCLEAN or -EIO. */
int store_fault(struct store *s, struct err *e, const char *what);
/* Makes tables and statements and reads where the store stands. */
int store_prepare(struct store *s, struct err *e);
extern const char store_history[]; /* the statement that reads the changes after a revision */
/* Copies a text column; NULL stays NULL. The caller frees. */
char *store_column(sqlite3_stmt *st, int column);
/* Frees the watches that ended, unless they are being told. */
void store_sweep(struct store *s);
/* Tells the watches of one write's changes, and afterwards frees those that ended meanwhile. */
void store_tell(struct store *s, const struct store_item *items, size_t n);
