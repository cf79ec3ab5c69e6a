// SPDX-License-Identifier: Apache-2.0
/* Small questions about text: equality, numbers, names, likeness, base64 and hex. */
#pragma once

#include "base/mem.h"

bool str_eq(const char *a, const char *b); /* NULL equals NULL only */
bool str_starts(const char *s, const char *prefix);
bool str_ends(const char *s, const char *suffix);
bool str_empty(const char *s); /* NULL or "" */

/* Whole text as a decimal number in [min, max]; false otherwise. */
bool str_to_i64(const char *s, int64_t min, int64_t max, int64_t *ret);
/* Kubernetes quantity ("250m", "64Mi", "1.5", "2G") in thousandths of one; false when malformed or past int64. */
bool str_to_milli(const char *s, int64_t *ret);

/* The candidate most like `word` by edit distance with transpositions, or NULL when none is near (more than a third differs). */
const char *str_nearest(const char *word, const char *const *candidates, size_t n);
/* ", did you mean 'x'?"-style ending into ret ("" when nothing is near). */
void str_suggest(char *ret, size_t size, const char *word, const char *const *candidates, size_t n);

/* Is it a DNS label (RFC 1123: 1 to 63 of a-z 0-9 -, not at the ends)? */
bool str_is_label(const char *s);
/* Dot-separated labels, at most 253 bytes. */
bool str_is_dns_name(const char *s);
/* Any text as a DNS label: lower case, others to '-', cut; when that loses something, a short hash of the original follows. The caller frees. */
char *str_to_label(const char *s);
bool str_is_utf8(const char *s, size_t len);

char *str_base64(const void *data, size_t len);                         /* the caller frees */
int str_unbase64(const char *s, size_t len, uint8_t **ret, size_t *ret_len); /* 0 or -EINVAL; the caller frees */
char *str_hex(const uint8_t *data, size_t len);                         /* the caller frees */
/* n random lower-case letters and digits from the kernel, for names; ret has room for n + 1. */
void str_random(char *ret, size_t n);
