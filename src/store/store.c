// SPDX-License-Identifier: Apache-2.0
/* Reads and writes: items with revisions, transactions with expectations, and the history that watches begin from. */
#include <errno.h>
#include <string.h>

#include "store/store_private.h"

static const char tables[] = "BEGIN IMMEDIATE; CREATE TABLE items (key TEXT PRIMARY KEY, value TEXT NOT NULL, created "
                             "INTEGER NOT NULL, modified INTEGER NOT NULL) WITHOUT ROWID;"
                             "CREATE TABLE changes (revision INTEGER NOT NULL, nth INTEGER NOT NULL, key "
                             "TEXT NOT NULL, value TEXT, previous TEXT, created INTEGER NOT NULL,"
                             " PRIMARY KEY (revision, nth)) WITHOUT ROWID;"
                             "CREATE TABLE standing (one INTEGER PRIMARY KEY CHECK (one = 1), revision "
                             "INTEGER NOT NULL, oldest INTEGER NOT NULL);"
                             "INSERT INTO standing VALUES (1, 1, 1);"
                             "PRAGMA user_version = 1;" /* STORE_VERSION */
                             "COMMIT;";

static const char *const texts[STATEMENT_MAX] = {
    [STATEMENT_GET] = "SELECT key, value, created, modified FROM items WHERE key = ?1",
    [STATEMENT_LIST] = "SELECT key, value, created, modified FROM items WHERE key > ?1 AND key >= ?2 AND key < ?3 "
                       "ORDER BY key LIMIT ?4",
    [STATEMENT_PUT] = "INSERT INTO items VALUES (?1, ?2, ?3, ?4) ON CONFLICT (key) DO UPDATE SET value = ?2, created = "
                      "?3, modified = ?4",
    [STATEMENT_DELETE] = "DELETE FROM items WHERE key = ?1",
    [STATEMENT_LOG] = "INSERT INTO changes VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    [STATEMENT_REVISION] = "UPDATE standing SET revision = ?1, oldest = ?2",
    [STATEMENT_PRUNE] = "DELETE FROM changes WHERE revision <= ?1",
    [STATEMENT_OLDEST] = "SELECT revision, oldest FROM standing",
};

const char store_history[] =
    "SELECT key, value, created, revision, previous FROM changes WHERE revision > ?1 ORDER BY revision, nth";

char *store_column(sqlite3_stmt *st, int column)
{
    if (sqlite.sqlite3_column_type(st, column) == SQLITE_NULL)
        return NULL;
    const char *text = (const char *)sqlite.sqlite3_column_text(st, column);
    return mem_strndup(text ? text : "", (size_t)sqlite.sqlite3_column_bytes(st, column));
}

sqlite3_stmt *store_statement(struct store *s, enum store_statement which)
{
    sqlite.sqlite3_reset(s->statements[which]);
    sqlite.sqlite3_clear_bindings(s->statements[which]);
    return s->statements[which];
}

/* A statement that is not reset keeps its transaction's locks. */
static void rest(struct store *s, enum store_statement which)
{
    sqlite.sqlite3_reset(s->statements[which]);
}

static void bind_text(sqlite3_stmt *st, int n, const char *text)
{
    if (text)
        sqlite.sqlite3_bind_text(st, n, text, -1, SQLITE_STATIC);
    else
        sqlite.sqlite3_bind_null(st, n);
}

int store_prepare(struct store *s, struct err *e)
{
    if (s->fresh && sqlite.sqlite3_exec(s->db, tables, NULL, NULL, NULL) != SQLITE_OK)
        return store_fault(s, e, "make the store's tables");
    for (size_t i = 0; i < STATEMENT_MAX; i++)
        if (sqlite.sqlite3_prepare_v3(s->db, texts[i], -1, SQLITE_PREPARE_PERSISTENT, &s->statements[i], NULL) !=
            SQLITE_OK)
            return store_fault(s, e, "prepare the store");
    sqlite3_stmt *st = store_statement(s, STATEMENT_OLDEST);
    if (sqlite.sqlite3_step(st) != SQLITE_ROW)
        return store_fault(s, e, "read where the store stands");
    s->revision = sqlite.sqlite3_column_int64(st, 0);
    s->oldest = sqlite.sqlite3_column_int64(st, 1);
    rest(s, STATEMENT_OLDEST);
    return 0;
}

void store_item_done(struct store_item *i)
{
    free(i->key);
    free(i->value);
    free(i->previous);
    *i = (struct store_item){0};
}

void store_list_done(struct store_list *l)
{
    for (size_t i = 0; i < l->n; i++)
        store_item_done(&l->items[i]);
    free(l->items);
    *l = (struct store_list){0};
}

int64_t store_revision(const struct store *s)
{
    return s->revision;
}

static void take_item(sqlite3_stmt *st, struct store_item *ret)
{
    *ret = (struct store_item){
        .key = store_column(st, 0),
        .value = store_column(st, 1),
        .created = sqlite.sqlite3_column_int64(st, 2),
        .modified = sqlite.sqlite3_column_int64(st, 3),
    };
}

int store_get(struct store *s, const char *key, struct store_item *ret, struct err *e)
{
    sqlite3_stmt *st = store_statement(s, STATEMENT_GET);
    bind_text(st, 1, key);
    int step = sqlite.sqlite3_step(st);
    int r = step == SQLITE_ROW    ? 0
            : step == SQLITE_DONE ? err_set(e, ENOENT, "there is no %s", key)
                                  : store_fault(s, e, "read the store");
    if (r == 0)
        take_item(st, ret);
    rest(s, STATEMENT_GET);
    return r;
}

/* The first key behind all that begin with `prefix`: keys are UTF-8, so no byte is 0xff. The caller frees. */
static char *behind(const char *prefix)
{
    return mem_printf("%s\xff", prefix);
}

int store_list(struct store *s, const char *prefix, const char *after, size_t limit, struct store_list *ret,
               struct err *e)
{
    *ret = (struct store_list){.revision = s->revision};
    AUTO_FREE char *end = behind(prefix);
    sqlite3_stmt *st = store_statement(s, STATEMENT_LIST);
    bind_text(st, 1, after ? after : "");
    bind_text(st, 2, prefix);
    bind_text(st, 3, end);
    sqlite.sqlite3_bind_int64(st, 4, limit ? (int64_t)limit : -1);
    int step;
    while ((step = sqlite.sqlite3_step(st)) == SQLITE_ROW) {
        ret->items = mem_push(ret->items, ret->n, sizeof(*ret->items));
        take_item(st, &ret->items[ret->n++]);
    }
    int r = step == SQLITE_DONE ? 0 : store_fault(s, e, "list the store");
    rest(s, STATEMENT_LIST);
    if (r < 0)
        store_list_done(ret);
    return r;
}

/* ---- writing ---- */

static int done(struct store *s, enum store_statement which, struct err *e)
{
    int step = sqlite.sqlite3_step(s->statements[which]);
    int r = step == SQLITE_DONE ? 0 : store_fault(s, e, "write to the store");
    rest(s, which);
    return r;
}

static bool as_expected(const struct store_op *op, const struct store_item *there)
{
    return op->expect < 0 || op->expect == there->modified; /* an absent item's revision is 0 */
}

static int put(struct store *s, const struct store_item *item, struct err *e)
{
    enum store_statement which = item->value ? STATEMENT_PUT : STATEMENT_DELETE;
    sqlite3_stmt *st = store_statement(s, which);
    bind_text(st, 1, item->key);
    if (item->value) {
        bind_text(st, 2, item->value);
        sqlite.sqlite3_bind_int64(st, 3, item->created);
        sqlite.sqlite3_bind_int64(st, 4, item->modified);
    }
    return done(s, which, e);
}

static int note(struct store *s, const struct store_item *item, size_t nth, struct err *e)
{
    sqlite3_stmt *st = store_statement(s, STATEMENT_LOG);
    sqlite.sqlite3_bind_int64(st, 1, item->modified);
    sqlite.sqlite3_bind_int64(st, 2, (int64_t)nth);
    bind_text(st, 3, item->key);
    bind_text(st, 4, item->value);
    bind_text(st, 5, item->previous);
    sqlite.sqlite3_bind_int64(st, 6, item->created);
    return done(s, STATEMENT_LOG, e);
}

/* One op: what changed in *ret; a key of NULL when there was nothing to delete. */
static int carry_out(struct store *s, const struct store_op *op, int64_t revision, size_t nth, struct store_item *ret,
                     struct err *e)
{
    AUTO(store_item_done)
    struct store_item there = {0};
    int r = store_get(s, op->key, &there, NULL);
    if (r < 0 && r != -ENOENT)
        return store_fault(s, e, "read the store");
    if (!as_expected(op, &there))
        return err_set(e, EAGAIN, "%s has changed meanwhile: its revision is %lld", op->key, (long long)there.modified);
    if (!op->value && !there.key)
        return 0;
    *ret = (struct store_item){
        .key = mem_strdup(op->key),
        .value = mem_strdup(op->value),
        .previous = take_ptr(there.value),
        .created = there.key ? there.created : revision,
        .modified = revision,
    };
    r = put(s, ret, e);
    return r < 0 ? r : note(s, ret, nth, e);
}

/* History is cut a piece at a time, in the same transaction. */
static int stand(struct store *s, int64_t revision, int64_t *ret_oldest, struct err *e)
{
    int64_t oldest = s->oldest;
    if (revision - oldest > STORE_HISTORY + STORE_HISTORY / 10) {
        oldest = revision - STORE_HISTORY;
        sqlite.sqlite3_bind_int64(store_statement(s, STATEMENT_PRUNE), 1, oldest);
        int r = done(s, STATEMENT_PRUNE, e);
        if (r < 0)
            return r;
    }
    sqlite3_stmt *st = store_statement(s, STATEMENT_REVISION);
    sqlite.sqlite3_bind_int64(st, 1, revision);
    sqlite.sqlite3_bind_int64(st, 2, oldest);
    *ret_oldest = oldest;
    return done(s, STATEMENT_REVISION, e);
}

static int sql(struct store *s, const char *text, struct err *e)
{
    return sqlite.sqlite3_exec(s->db, text, NULL, NULL, NULL) == SQLITE_OK ? 0
                                                                           : store_fault(s, e, "write to the store");
}

static int write_all(struct store *s, const struct store_op *ops, size_t n, struct store_list *changed,
                     int64_t *ret_oldest, size_t *ret_failed, struct err *e)
{
    int64_t revision = s->revision + 1;
    int r = sql(s, "BEGIN IMMEDIATE", e);
    for (size_t i = 0; i < n && r == 0; i++) {
        struct store_item item = {0};
        r = carry_out(s, &ops[i], revision, i, &item, e);
        if (r == -EAGAIN && ret_failed)
            *ret_failed = i;
        if (item.key) {
            changed->items = mem_push(changed->items, changed->n, sizeof(item));
            changed->items[changed->n++] = item;
        }
    }
    if (r == 0 && changed->n > 0)
        r = stand(s, revision, ret_oldest, e);
    if (r == 0 && changed->n > 0)
        r = sql(s, "COMMIT", e);
    if (r < 0 || changed->n == 0)
        sqlite.sqlite3_exec(s->db, "ROLLBACK", NULL, NULL, NULL); /* fails when SQLite did it itself: fine */
    return r;
}

int store_write(struct store *s, const struct store_op *ops, size_t n, int64_t *ret_revision, size_t *ret_failed,
                struct err *e)
{
    AUTO(store_list_done)
    struct store_list changed = {0};
    int64_t oldest = s->oldest;
    if (s->telling)
        return err_set(e, EDEADLK, "write to the store: a watch's callback must not write");
    int r = write_all(s, ops, n, &changed, &oldest, ret_failed, e);
    if (r < 0)
        return r;
    s->revision += changed.n > 0; /* what changes nothing has no revision */
    s->oldest = oldest;
    if (ret_revision)
        *ret_revision = s->revision;
    store_tell(s, changed.items, changed.n);
    return 0;
}
