// SPDX-License-Identifier: Apache-2.0
/* Reads TOSCA.meta: blocks of "Name: value" lines, of which the first says where the entry template is. */
#include <errno.h>
#include <string.h>
#include <strings.h>

#include "tosca/meta_file.h"

#define LINES_MAX 10000

const char *const meta_file_places[] = {"TOSCA-Metadata/TOSCA.meta", "TOSCA.meta", NULL};

enum { META_FILE_VERSION, META_CSAR_VERSION, META_CREATED_BY, META_ENTRY, META_OTHERS, META_KEYS };
static const struct {
    const char *name;
    const char *values; /* what may stand there, or NULL */
} meta_keys[META_KEYS] = {
    [META_FILE_VERSION] = {"TOSCA-Meta-File-Version", "1.0 1.1 2.0"},
    [META_CSAR_VERSION] = {"CSAR-Version", "1.0 1.1 2.0"},
    [META_CREATED_BY] = {"Created-By", NULL},
    [META_ENTRY] = {"Entry-Definitions", NULL},
    [META_OTHERS] = {"Other-Definitions", NULL},
};

struct meta {
    const char *path;
    struct diags *d;
    char *value[META_KEYS]; /* owned */
    int line[META_KEYS];
    char **last; /* the value that a line beginning with a space continues; NULL: one that nobody asks for */
    bool any;    /* was there a line already? */
};

static void meta_done(struct meta *m)
{
    for (int i = 0; i < META_KEYS; i++)
        free(m->value[i]);
}

/* Without blanks around it. */
static char *trimmed(const char *s, size_t len)
{
    while (len && strchr(" \t", *s)) {
        s++;
        len--;
    }
    while (len && strchr(" \t\r", s[len - 1]))
        len--;
    return mem_strndup(s, len);
}

static int meta_continue(struct meta *m, const char *line, size_t len, int number)
{
    if (!m->any) {
        diags_add(m->d, DIAG_ERROR, "CSAR", m->path, number, 1, "the first line continues nothing");
        return -EBADMSG;
    }
    if (m->last) {
        AUTO_FREE char *more = trimmed(line, len);
        char *both = mem_printf("%s%s", *m->last, more);
        free(*m->last);
        *m->last = both;
    }
    return 0;
}

static int meta_line(struct meta *m, const char *line, size_t len, int number)
{
    if (line[0] == ' ')
        return meta_continue(m, line, len, number);
    const char *colon = memchr(line, ':', len);
    if (!colon || colon == line) {
        diags_add(m->d, DIAG_ERROR, "CSAR", m->path, number, 1, "'%.*s' is no line of the form 'Name: value'",
                  len > 80 ? 80 : (int)len, line);
        return -EBADMSG;
    }
    size_t name_len = (size_t)(colon - line);
    m->any = true;
    m->last = NULL;
    for (int i = 0; i < META_KEYS; i++) {
        if (strlen(meta_keys[i].name) != name_len || strncasecmp(line, meta_keys[i].name, name_len) != 0)
            continue;
        if (m->value[i]) {
            diags_add(m->d, DIAG_ERROR, "CSAR", m->path, number, 1, "%s stands there twice", meta_keys[i].name);
            return -EBADMSG;
        }
        m->value[i] = trimmed(colon + 1, len - name_len - 1);
        m->line[i] = number;
        m->last = &m->value[i];
    }
    return 0;
}

/* Reads the lines up to the first empty one. */
static int meta_block(struct meta *m, const char *text, size_t len)
{
    int number = 1;
    for (const char *at = text, *end = text + len; at < end && number <= LINES_MAX; number++) {
        const char *stop = memchr(at, '\n', (size_t)(end - at));
        size_t n = stop ? (size_t)(stop - at) : (size_t)(end - at);
        size_t shown = n && at[n - 1] == '\r' ? n - 1 : n;
        if (shown == 0 && m->any)
            return 0;
        int r = shown ? meta_line(m, at, shown, number) : 0;
        if (r < 0)
            return r;
        at += stop ? n + 1 : n;
    }
    return 0;
}

static bool listed(const char *list, const char *word)
{
    AUTO_STRV struct strv words = {0};
    strv_split(&words, list, " ");
    return strv_has(&words, word);
}

static int meta_check(const struct meta *m)
{
    bool second = str_eq(m->value[META_CSAR_VERSION], "2.0"); /* asks for nothing but the version and the entry */
    for (int i = 0; i < META_ENTRY; i++) {
        const char *v = m->value[i];
        if (str_empty(v) && !second) {
            diags_add(m->d, DIAG_WARNING, "CSAR", m->path, 1, 1, "%s is missing", meta_keys[i].name);
        } else if (!str_empty(v) && meta_keys[i].values && !listed(meta_keys[i].values, v)) {
            diags_add(m->d, DIAG_ERROR, "CSAR", m->path, m->line[i], 1, "%s is '%s'; sedge reads 1.0, 1.1 and 2.0",
                      meta_keys[i].name, v);
            return -EBADMSG;
        }
    }
    if (str_empty(m->value[META_ENTRY])) {
        diags_add(m->d, DIAG_ERROR, "CSAR", m->path, 1, 1,
                  "Entry-Definitions is missing: it says which file of the archive the template is");
        return -EBADMSG;
    }
    return 0;
}

/* Names with blanks between them; one with a blank in it stands in double quotes. */
static void names_read(const char *text, struct strv *ret)
{
    for (const char *at = text; *at;) {
        bool quoted = *at == '"';
        const char *begin = at + quoted;
        size_t n = strcspn(begin, quoted ? "\"" : " \t");
        if (n > 0)
            strv_take(ret, mem_strndup(begin, n));
        at = begin + n;
        at += *at != '\0';
    }
}

void meta_file_done(struct meta_file *m)
{
    free(m->entry);
    strv_done(&m->others);
    *m = (struct meta_file){0};
}

int meta_file_read(const char *text, size_t len, const char *path, struct meta_file *ret, struct diags *d)
{
    AUTO(meta_done)
    struct meta m = {.path = path, .d = d};
    AUTO_STRV struct strv entry = {0};
    if (memchr(text, '\0', len) || !str_is_utf8(text, len)) {
        diags_add(d, DIAG_ERROR, "CSAR", path, 1, 1, "it is not text");
        return -EBADMSG;
    }
    int r = meta_block(&m, text, len);
    if (r == 0)
        r = meta_check(&m);
    if (r < 0)
        return r;
    const char *named = m.value[META_ENTRY];
    if (*named == '"')
        names_read(named, &entry);
    ret->entry = mem_strdup(entry.n == 1 ? entry.v[0] : named);
    if (m.value[META_OTHERS])
        names_read(m.value[META_OTHERS], &ret->others);
    return 0;
}
