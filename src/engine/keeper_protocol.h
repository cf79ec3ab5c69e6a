// SPDX-License-Identifier: Apache-2.0
/* The messages between the keeper and its clients: one fixed struct each way, on SOCK_SEQPACKET.
 *
 * A keeper outlives upgrades of its clients: fields are only ever added at the end, under a new KEEPER_PROTOCOL, and
 * both sides take longer messages of a later version. A client that lets its socket run full while replies wait for it
 * is cut off; it connects again and is told everything's state. */
#pragma once

#include "engine/keeper_client.h"

#define KEEPER_PROTOCOL 1U
#define KEEPER_SOCKET   "keeper.sock"
#define KEEPER_TEXT     640

enum keeper_verb {
    KEEPER_HELLO = 1, /* subscribe: every container's state, KEEPER_LISTED, then changes */
    KEEPER_START,
    KEEPER_STOP,
    KEEPER_KILL,
    KEEPER_FORGET,
    KEEPER_EXEC,      /* with descriptors: process.json, then (without terminal) the three streams */
    KEEPER_EXEC_KILL, /* no reply */
    KEEPER_ATTACH,    /* the reply carries two descriptors */
    KEEPER_SHUTDOWN,
    KEEPER_VERBS
};
struct keeper_request {
    uint32_t version, verb;
    uint64_t token;  /* the client's name for this request; in the reply again */
    uint64_t target; /* KEEPER_EXEC_KILL: token of the exec */
    int64_t grace_us;
    int32_t sig;
    uint32_t terminal;
    char id[128];
};

enum keeper_kind {
    KEEPER_REPLY = 1,
    KEEPER_STATUS,
    KEEPER_LISTED,
    KEEPER_TERMINAL /* with a descriptor: the terminal of exec `token` */
};
struct keeper_message {
    uint32_t version, kind;
    uint64_t token;
    int32_t r, value;
    union {
        struct keeper_status status;
        char text[KEEPER_TEXT];
    };
};
