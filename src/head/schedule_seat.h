// SPDX-License-Identifier: Apache-2.0
/* A node as the scheduler sees it: its room, what is used of it, the ports taken. Pure. */
#pragma once

#include "head/schedule_node.h"

enum { SEAT_CPU, SEAT_MEMORY, SEAT_PODS, SEAT_RESOURCES };

struct used_port {
    int64_t port;
    const char *protocol, *ip; /* weak */
    const json_t *pod;         /* weak: who has it */
};
struct seat {
    int64_t room[SEAT_RESOURCES], used[SEAT_RESOURCES]; /* thousandths; room -1: not told, no limit */
    const json_t *node;                                 /* weak */
    struct used_port *ports;
    size_t n_ports;
};
/* What a pod asks to be set aside: requests, or the limit where only that is given. */
void seat_needs(const json_t *pod, int64_t ret[SEAT_RESOURCES]);

void seat_open(struct seat *s, const json_t *node);
void seat_done(struct seat *s);
void seat_take(struct seat *s, const json_t *pod); /* the pod stands there from now on */
/* Is there room, and are the pod's host ports free? False with why. */
bool seat_has_room(const struct seat *s, const int64_t needs[SEAT_RESOURCES], struct schedule_why *why);
bool seat_has_ports(const struct seat *s, const json_t *pod, struct schedule_why *why);
bool seat_asks_ports(const json_t *pod); /* has it host ports? */

/* Seats in order of their pods, the fewest first, those of one number by their own. */
struct seat_order {
    uint64_t **with; /* by number of pods (the last one: that many and more): set of seats; NULL: none yet */
    size_t n_with, words;
};
void seat_order_open(struct seat_order *o, size_t n_seats);
void seat_order_done(struct seat_order *o);
void seat_order_add(struct seat_order *o, size_t seat, int64_t pods);
void seat_order_move(struct seat_order *o, size_t seat, int64_t from, int64_t to);
/* The seats after (*pods, *seat), which begin as (0, -1); false at the end. */
bool seat_order_next(const struct seat_order *o, size_t *pods, size_t *seat);
