// SPDX-License-Identifier: Apache-2.0
/* Reads and writes amounts by a table of units. */
#include "tosca/units.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"

#define BLANKS " \t\r\n"

static const struct unit_row *unit_named(const struct units *u, const char *name, size_t n)
{
    for (size_t i = 0; i < u->n; i++) {
        if (strlen(u->rows[i].name) == n && memcmp(u->rows[i].name, name, n) == 0)
            return &u->rows[i];
    }
    return NULL;
}

enum scalar_fault units_read(const struct units *u, const char *text, struct amount *ret, struct amount *number)
{
    struct amount own, all;
    text += strspn(text, BLANKS);
    const char *p = amount_read(text, &own);
    if (!p)
        return strpbrk(text, "0123456789") == text + (*text == '-' || *text == '+') ? SCALAR_TOO_LONG
                                                                                    : SCALAR_NO_NUMBER;
    p += strspn(p, BLANKS);
    size_t n = strlen(p);
    while (n && strchr(BLANKS, p[n - 1]))
        n--;
    if (!n)
        return SCALAR_NO_UNIT;
    const struct unit_row *row = unit_named(u, p, n);
    if (!row)
        return SCALAR_BAD_UNIT;
    if (!amount_multiply(&own, &row->factor, &all))
        return SCALAR_TOO_LONG;
    if (ret)
        *ret = all;
    if (number)
        *number = own;
    return SCALAR_OK;
}

json_t *units_text(const struct units *u, const struct amount *a)
{
    char number[96];
    struct amount whole = *a;
    if (u->whole && !amount_cut(a, &whole))
        return NULL;
    amount_text(&whole, number, sizeof(number));
    AUTO_FREE char *text = mem_printf("%s %s", number, u->canonical ? u->canonical : "");
    return json_string(text);
}

void units_names(const struct units *u, char *ret, size_t size)
{
    size_t at = 0;
    ret[0] = '\0';
    for (size_t i = 0; i < u->n && at + 40 < size; i++)
        at += (size_t)snprintf(ret + at, size - at, "%s%.30s", i ? ", " : "", u->rows[i].name);
}

json_t *units_to_json(const struct units *u)
{
    json_t *rows = json_object();
    for (size_t i = 0; i < u->n; i++) {
        char factor[96];
        amount_text(&u->rows[i].factor, factor, sizeof(factor));
        json_object_set_new(rows, u->rows[i].name, json_string(factor));
    }
    return json_pack("{s:o,s:s,s:b}", "units", rows, "canonical", u->canonical ? u->canonical : "", "whole", u->whole);
}

bool units_of_json(const json_t *v, struct units *ret)
{
    const json_t *rows = json_object_get(v, "units");
    json_t *factor;
    const char *name;
    if (!json_is_object(rows))
        return false;
    *ret = (struct units){.canonical = json_str(v, "canonical", ""), .whole = json_bool(v, "whole", false)};
    ret->rows = mem_array(json_object_size(rows) + 1, sizeof(*ret->rows));
    json_object_foreach((json_t *)(uintptr_t)rows, name, factor)
    {
        struct unit_row *row = &ret->rows[ret->n++];
        const char *text = json_string_value(factor), *end = text ? amount_read(text, &row->factor) : NULL;
        row->name = name;
        if (end && !*end)
            continue;
        units_done(ret);
        return false;
    }
    return true;
}

void units_done(struct units *u)
{
    free(u->rows);
    *u = (struct units){0};
}
