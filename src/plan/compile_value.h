// SPDX-License-Identifier: Apache-2.0
/* Properties of components as texts, numbers and ports, with errors that name component and property. Pure. */
#pragma once

#include "plan/compile.h"

/* A property with its run-time calls carried out. *ret: new value or NULL when there is none. */
int compile_property(const struct compile_input *in, const struct component *c, const char *name, json_t **ret,
                     struct err *e);
/* Does the value hold a run-time call (model/topology.h) anywhere? */
bool compile_has_call(const json_t *v);
/* A scalar or structure as the text that a script or an environment variable gets. The caller frees. */
char *compile_text(const json_t *v);
/* A port number from a JSON integer or text; -EINVAL. */
int compile_port(const struct component *c, const char *property, const char *text, int64_t *ret, struct err *e);
/* TOSCA's scalar sizes and times ("64 MB", "10 s", or a plain number) in bytes or seconds; -EINVAL. */
int compile_bytes(const char *text, int64_t *ret);
int compile_seconds(const char *text, int64_t *ret);
