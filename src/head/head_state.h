// SPDX-License-Identifier: Apache-2.0
/* What the parts of a running head share. Private to the room. */
#pragma once

#include <uv.h>

#include "base/base.h"
#include "head/objects.h"
#include "http/http.h"
#include "model/model.h"
#include "store/store.h"

struct links;
struct controllers;
struct head {
    uv_loop_t loop;
    const char *run_dir, *state_dir;
    char *dir; /* <state_dir>/head */
    struct machine machine;
    struct store *store;
    struct objects *objects;
    struct links *links;             /* links.h: the nodes that are connected */
    struct controllers *controllers; /* controllers.h */
    struct http_server *server;
    struct tls_identity ca, server_cert;
    int64_t node_cert_valid_us;
};
