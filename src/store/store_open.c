// SPDX-License-Identifier: Apache-2.0
/* Opens the database: checked first, made when new, small in memory, every acknowledged write synced. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "io/file.h"
#include "store/store_private.h"

struct sqlite_library sqlite;
#define LAZY_LIB sqlite
static const struct lazy_symbol symbols[] = {SQLITE_FUNCTIONS(LAZY_SYMBOL)};

/* No memory statistics, little look-aside: the store is small and asked seldom. */
int sqlite_library_open(struct err *e)
{
    static bool ready;
    int r = lazy_open("libsqlite3.so.0", symbols, ARRAY_LEN(symbols), e);
    if (r < 0 || ready)
        return r;
    sqlite.sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
    sqlite.sqlite3_config(SQLITE_CONFIG_LOOKASIDE, 128, 40);
    ready = true;
    return sqlite.sqlite3_initialize() == SQLITE_OK ? 0 : err_set(e, ENOMEM, "start SQLite");
}

int store_fault(struct store *s, struct err *e, const char *what)
{
    int code = s->db ? sqlite.sqlite3_extended_errcode(s->db) : SQLITE_NOMEM;
    const char *words = s->db ? sqlite.sqlite3_errmsg(s->db) : "no memory";
    bool by_system = (code & 0xff) == SQLITE_IOERR || (code & 0xff) == SQLITE_CANTOPEN;
    int reason = s->db && by_system ? sqlite.sqlite3_system_errno(s->db) : 0;
    if ((code & 0xff) == SQLITE_FULL || reason == ENOSPC || reason == EDQUOT)
        return err_set(e, ENOSPC, "%s: the disk is full: free some space on it", what);
    if ((code & 0xff) == SQLITE_BUSY)
        return err_set(e, EBUSY, "%s: another process has it open", what);
    if ((code & 0xff) == SQLITE_CORRUPT || (code & 0xff) == SQLITE_NOTADB)
        return err_set(e, EUCLEAN, "%s: the database is damaged (%s); move it away and restore a copy", what, words);
    return err_set(e, EIO, "%s: %s%s%s", what, words, reason ? ": " : "", reason ? strerror(reason) : "");
}

static int run(struct store *s, const char *sql, const char *what, struct err *e)
{
    return sqlite.sqlite3_exec(s->db, sql, NULL, NULL, NULL) == SQLITE_OK ? 0 : store_fault(s, e, what);
}

/* One row of one column as text; "" when there is none. */
static char *ask(struct store *s, const char *sql)
{
    sqlite3_stmt *st = NULL;
    char *answer = NULL;
    if (sqlite.sqlite3_prepare_v3(s->db, sql, -1, 0, &st, NULL) == SQLITE_OK && sqlite.sqlite3_step(st) == SQLITE_ROW)
        answer = store_column(st, 0);
    sqlite.sqlite3_finalize(st);
    return answer ? answer : mem_strdup("");
}

static int check(struct store *s, struct err *e)
{
    AUTO_FREE char *words = ask(s, "PRAGMA quick_check(1)");
    if (str_eq(words, "ok"))
        return 0;
    if (!*words)
        return store_fault(s, e, "check the store");
    return err_set(e, EUCLEAN, "check the store: the database is damaged (%s); move it away and restore a copy", words);
}

/* 0: a new database, or one of ours in this form. */
static int check_version(struct store *s, struct err *e)
{
    AUTO_FREE char *version = ask(s, "PRAGMA user_version");
    AUTO_FREE char *tables = ask(s, "SELECT count(*) FROM sqlite_master");
    int64_t number;
    s->fresh = str_eq(tables, "0");
    if (s->fresh || (str_to_i64(version, 0, INT64_MAX, &number) && number == STORE_VERSION))
        return 0;
    return err_set(
        e, EINVAL,
        "open the store: its form is '%s', this sedge reads form %d; nothing was changed. Use the sedge that "
        "wrote it",
        version, STORE_VERSION);
}

/* Closes a database that was not accepted without touching its file. */
static void close_untouched(struct store *s)
{
    if (s->db)
        sqlite.sqlite3_db_config(s->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
    store_close(s);
}

static int open_at(const char *path, struct store **ret, struct err *e)
{
    int r = sqlite_library_open(e);
    if (r < 0)
        return r;
    struct store *s = mem_alloc(sizeof(*s));
    if (sqlite.sqlite3_open_v2(path, &s->db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, NULL) !=
        SQLITE_OK)
        r = store_fault(s, e, "open the store");
    if (r == 0)
        r = run(s,
                "PRAGMA page_size=4096; PRAGMA cache_size=-128; PRAGMA mmap_size=0; PRAGMA temp_store=MEMORY; PRAGMA "
                "locking_mode=EXCLUSIVE",
                "set the store up", e);
    if (r == 0)
        r = check(s, e);
    if (r == 0)
        r = check_version(s, e);
    if (r == 0)
        r = run(s,
                "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA wal_autocheckpoint=256; PRAGMA "
                "journal_size_limit=1048576",
                "set the store up", e);
    if (r == 0)
        r = store_prepare(s, e);
    if (r < 0) {
        close_untouched(s);
        return r;
    }
    *ret = s;
    return 0;
}

/* Nobody else may read it, whatever the umask; and it is there after a power cut, its folder too. */
static int make_file(const char *folder, const char *path, struct err *e)
{
    AUTO_CLOSE int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0)
        return errno == EEXIST ? 0 : err_errno(e, errno, "make the store %s", path);
    AUTO_FREE char *parent = file_join(folder, "..");
    int r = file_fsync_dir(folder, e);
    return r < 0 ? r : file_fsync_dir(parent, e);
}

int store_open_sqlite(const char *folder, struct store **ret, struct err *e)
{
    int r = file_mkdirs(folder, 0700, e);
    if (r < 0)
        return r;
    AUTO_FREE char *path = file_join(folder, "store.db");
    r = make_file(folder, path, e);
    if (r == 0)
        r = err_wrap(e, open_at(path, ret, e), "%s", path);
    return r;
}

int store_open_memory(struct store **ret)
{
    struct err e = {0};
    return open_at(":memory:", ret, &e);
}

void store_close(struct store *s)
{
    if (!s)
        return;
    while (s->watches)
        store_unwatch(s->watches);
    for (size_t i = 0; i < STATEMENT_MAX; i++)
        if (s->statements[i])
            sqlite.sqlite3_finalize(s->statements[i]);
    if (s->db)
        sqlite.sqlite3_close(s->db);
    free(s);
}
