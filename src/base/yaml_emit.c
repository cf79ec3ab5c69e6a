// SPDX-License-Identifier: Apache-2.0
/* JSON values as YAML text in block style, through libyaml's emitter.
 *
 * A string stays plain only where no reader, of YAML 1.1 or 1.2, could take it for something else. Text of several
 * lines becomes a literal block where that gives every character back, else it is double-quoted. */
#include <ctype.h>
#include <string.h>
#include <strings.h>
#include <yaml.h>

#include "base/buf.h"
#include "base/json.h"
#include "base/text.h"

/* An array or object whose end was not written yet. */
struct open_value {
    json_t *value; /* weak */
    void *iter;    /* object: the next member */
    size_t next;   /* array: the next item */
};

struct writer {
    yaml_emitter_t emitter;
    struct buf out;
    struct open_value *open;
    size_t n;
};

static int writer_take(void *data, unsigned char *bytes, size_t size)
{
    buf_add(data, bytes, size);
    return 1;
}

/* Hands an event over. With well-formed values in our order of events, only memory can fail. */
static void writer_emit(struct writer *w, int made, yaml_event_t *ev)
{
    if (!made || !yaml_emitter_emit(&w->emitter, ev))
        mem_fail(SIZE_MAX);
}

/* Could a reader take this text, unquoted, for a number, a date, a boolean, null or a merge key? */
static bool reads_as_other(const char *s)
{
    static const char *const words[] = {"",    "~", "null", "true", "false", "yes",  "no",  "on",
                                        "off", "y", "n",    "=",    "<<",    ".inf", ".nan"};
    const char *bare = s + (*s == '-' || *s == '+');
    for (size_t i = 0; i < ARRAY_LEN(words); i++)
        if (strcasecmp(s, words[i]) == 0 || strcasecmp(bare, words[i]) == 0)
            return true;
    if (!isdigit((unsigned char)*bare) && *bare != '.')
        return false;
    return bare[strspn(bare, "0123456789abcdefABCDEFoOxX_.+-:tTzZ ")] == '\0';
}

/* Has it characters that line-oriented styles would lose: controls, or Unicode's own line ends and byte order mark? */
static bool needs_escapes(const char *s)
{
    for (const char *p = s; *p != '\0'; p++)
        if (((unsigned char)*p < 0x20 && *p != '\n') || *p == 0x7f)
            return true;
    return strstr(s, "\xc2\x85") != NULL || strstr(s, "\xe2\x80\xa8") != NULL || strstr(s, "\xe2\x80\xa9") != NULL ||
           strstr(s, "\xef\xbb\xbf") != NULL;
}

static yaml_scalar_style_t style_of(const char *s)
{
    if (needs_escapes(s))
        return YAML_DOUBLE_QUOTED_SCALAR_STYLE;
    if (strchr(s, '\n') != NULL)
        return *s == ' ' || *s == '\n' ? YAML_DOUBLE_QUOTED_SCALAR_STYLE : YAML_LITERAL_SCALAR_STYLE;
    return reads_as_other(s) ? YAML_DOUBLE_QUOTED_SCALAR_STYLE : YAML_PLAIN_SCALAR_STYLE;
}

static void write_scalar(struct writer *w, const char *text, yaml_scalar_style_t style)
{
    yaml_event_t ev;
    /* The emitter's copy of the text is made at once, so it only reads ours. */
    const yaml_char_t *bytes = (const yaml_char_t *)text;
    writer_emit(w, yaml_scalar_event_initialize(&ev, NULL, NULL, bytes, (int)strlen(text), 1, 1, style), &ev);
}

/* Numbers, booleans and null; a real always with a point, since YAML 1.1 takes "1e20" for text. */
static void write_word(struct writer *w, const json_t *v)
{
    AUTO_FREE char *text = json_text(v);
    size_t whole = strcspn(text, ".e");
    AUTO_BUF struct buf b = {0};
    buf_add(&b, text, whole);
    if (json_is_real(v) && text[whole] != '.')
        buf_adds(&b, ".0");
    buf_adds(&b, text + whole);
    write_scalar(w, json_is_real(v) ? buf_str(&b) : text, YAML_PLAIN_SCALAR_STYLE);
}

static void write_open(struct writer *w, json_t *v)
{
    yaml_event_t ev;
    if (json_is_array(v))
        writer_emit(w, yaml_sequence_start_event_initialize(&ev, NULL, NULL, 1, YAML_BLOCK_SEQUENCE_STYLE), &ev);
    else
        writer_emit(w, yaml_mapping_start_event_initialize(&ev, NULL, NULL, 1, YAML_BLOCK_MAPPING_STYLE), &ev);
    w->open = mem_push(w->open, w->n, sizeof(*w->open));
    w->open[w->n++] = (struct open_value){.value = v, .iter = json_object_iter(v)};
}

static void write_value(struct writer *w, json_t *v)
{
    if (json_is_array(v) || json_is_object(v))
        write_open(w, v);
    else if (json_is_string(v))
        write_scalar(w, json_string_value(v), style_of(json_string_value(v)));
    else
        write_word(w, v);
}

/* Writes the next piece of the innermost open value: a member, an item or its end. */
static void write_next(struct writer *w)
{
    struct open_value *top = &w->open[w->n - 1];
    yaml_event_t ev;
    if (json_is_array(top->value) && top->next < json_array_size(top->value)) {
        write_value(w, json_array_get(top->value, top->next++));
        return;
    }
    if (json_is_object(top->value) && top->iter != NULL) {
        const char *key = json_object_iter_key(top->iter);
        json_t *value = json_object_iter_value(top->iter);
        top->iter = json_object_iter_next(top->value, top->iter);
        write_scalar(w, key, style_of(key));
        write_value(w, value);
        return;
    }
    bool array = json_is_array(top->value);
    writer_emit(w, array ? yaml_sequence_end_event_initialize(&ev) : yaml_mapping_end_event_initialize(&ev), &ev);
    w->n--;
}

char *json_to_yaml(const json_t *v)
{
    struct writer w = {0};
    yaml_event_t ev;
    json_t *walk = v == NULL ? json_null() : json_incref((json_t *)(uintptr_t)v); /* iteration wants it without const */
    if (!yaml_emitter_initialize(&w.emitter))
        mem_fail(sizeof(w.emitter));
    yaml_emitter_set_output(&w.emitter, writer_take, &w.out);
    yaml_emitter_set_unicode(&w.emitter, 1);
    yaml_emitter_set_width(&w.emitter, -1);
    writer_emit(&w, yaml_stream_start_event_initialize(&ev, YAML_UTF8_ENCODING), &ev);
    writer_emit(&w, yaml_document_start_event_initialize(&ev, NULL, NULL, NULL, 1), &ev);
    write_value(&w, walk);
    while (w.n > 0)
        write_next(&w);
    writer_emit(&w, yaml_document_end_event_initialize(&ev, 1), &ev);
    writer_emit(&w, yaml_stream_end_event_initialize(&ev), &ev);
    yaml_emitter_delete(&w.emitter);
    json_decref(walk);
    free(w.open);
    return buf_take(&w.out);
}
