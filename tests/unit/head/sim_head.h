// SPDX-License-Identifier: Apache-2.0
// A head without API and links on a store in memory, whose controllers can be killed between any two writes.
#pragma once

#include "base/base.h"
#include "fake_node.h"
#include "head/controllers.h"

struct sim {
    struct head head;
    struct fake_node *node;
    struct source_shelf *shelf; // for the topology that operations are held against
    char *folder;
    char bundle[DIGEST_TEXT_SIZE];
    unsigned seed;
    int64_t steady_us; // how long an application has to run before it counts as running: 0 but where that is tried
    size_t turns;
    // How the head is disturbed:
    unsigned restart_every; // turns; 0: never
    unsigned restart_odds;  // one turn in so many; 0: never
    long kill_at;           // the write (counted from 1) that is the last before the head dies; 0: never
    long writes;
};
struct sim *sim_open(unsigned seed);
void sim_close(struct sim *s);
void sim_steady(struct sim *s, int64_t us);
// Turns head and node until nothing is left to do for either.
void sim_settle(struct sim *s);
void sim_turn(struct sim *s, size_t turns);

// Makes the Application, or patches its spec; text in single quotes.
void sim_deploy(struct sim *s, const char *inputs);
void sim_deploy_plan(struct sim *s, const char *inputs, const char *plan);
void sim_patch(struct sim *s, const char *spec);
json_t *sim_application(struct sim *s);                                 // NULL when it is gone. The caller owns it
json_t *sim_component(const json_t *application, const char *name);     // of its status. Borrowed
void sim_expect(struct sim *s, const char *phase, const char *message); // message NULL: any
json_t *sim_list(struct sim *s, const char *kind);
// All that a user would call the state of things, without what differs from one run to the next. The caller frees.
char *sim_summary(struct sim *s);
const struct topology *sim_topology(struct sim *s); // borrowed
