// SPDX-License-Identifier: Apache-2.0
// What the head's tests share: JSON written with single quotes, and objects on a memory store.
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "head/objects.h"

// Parses text in which ' stands for ". Owned by the caller; the test fails when it is no JSON.
json_t *fixture_json(const char *text);

struct fixture {
    struct store *store;
    struct objects *objects;
};
int fixture_open(void **state); // cmocka's setup and teardown: *state is a struct fixture
int fixture_close(void **state);

struct object_ref fixture_ref(const char *kind, const char *ns, const char *name);
// Creates an object of single-quoted text; the test fails when that fails. Owned by the caller.
json_t *fixture_create(struct fixture *f, const char *kind, const char *ns, const char *text);
// Text at a dotted path of at most four names; "" when nothing is there. Borrowed.
const char *fixture_text(const json_t *v, const char *path);

#define FIXTURE_POD(name)                                                                                              \
    "{'metadata': {'name': '" name "', 'labels': {'app': 'web'}}, 'spec': {'containers': [{'name': 'main', 'image': "  \
    "'web:1'}]}}"
