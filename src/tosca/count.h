// SPDX-License-Identifier: Apache-2.0
/* How many nodes a node template stands for (TOSCA 2.0, 7.2: keyname `count`). */
#pragma once

#include "tosca/topo.h"

#define COUNT_MOST 100000 /* nodes of one template */

/* Is the count told, and a number that can be? Then *ret is it. Tells only what is wrong with calls in it, once. */
bool count_known(struct tctx *c, const struct tnode *n, int64_t *ret);
/* The same; tells what is wrong with it, and a count that nothing comes of as the node is none that sedge runs. */
bool count_read(struct tctx *c, const struct tnode *n, int64_t *ret);
/* The node template whose count says how often `n` runs: its own, or that of what it is hosted on; NULL: none says. */
const struct tnode *count_teller(struct tctx *c, const struct tnode *n);
