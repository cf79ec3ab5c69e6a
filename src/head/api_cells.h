// SPDX-License-Identifier: Apache-2.0
/* The columns of each kind's table, and what stands in their cells. Private to the tables. */
#pragma once

#include "model/object.h"

#define TABLE_COLUMNS_MAX 12
#define TABLE_BEHIND_AGE  (-1) /* a priority: always shown, behind the age */

struct table_column {
    const char *name, *type, *format;
    int priority; /* 1: shown by -o wide only */
    void (*cell)(const json_t *object, int64_t now_us, struct buf *to);
    const char *doc;
};
struct kind_columns {
    const char *kind;
    const struct table_column *columns;
    size_t n;
    bool own_first; /* no Name and Age columns beside its own */
};
extern const struct kind_columns table_kinds[];
extern const size_t table_kinds_n;

void cell_name(const json_t *object, int64_t now_us, struct buf *to);
void cell_age(const json_t *object, int64_t now_us, struct buf *to);

/* "5m" since an RFC 3339 time, "<unknown>" when it is none. */
void cell_since(const char *time, int64_t now_us, struct buf *to);
/* "a=b,c=d" of an object of texts, "<none>" when it is empty. */
void cell_labels(const json_t *labels, struct buf *to);
/* The text, or "<none>". */
void cell_or_none(const char *text, struct buf *to);

/* Pods: api_cells_pod.c. */
void cell_pod_ready(const json_t *pod, int64_t now_us, struct buf *to);
void cell_pod_status(const json_t *pod, int64_t now_us, struct buf *to);
void cell_pod_restarts(const json_t *pod, int64_t now_us, struct buf *to);
