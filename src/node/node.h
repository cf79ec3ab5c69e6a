// SPDX-License-Identifier: Apache-2.0
/* The node: it keeps what runs on this machine equal to what is wanted, with or without a head in reach. */
#pragma once

/* `sedge node --run DIR --state DIR`: serves until SIGTERM (containers go on); gives the exit status. Reads <state>/machine.json; keeps <state>/node/ (pods wanted and how
 * far their components are, service table), images in <state>/images, bundles in <state>/bundles. Holds the lock of <run>/node.pid. */
int node_main(int argc, char **argv);

/* `sedge node-setup --run DIR --state DIR [--name N] [--pod-cidr C] [--service-cidr C] [--listen A:P] [--runtime P]`: looks whether this machine can run containers, prepares
 * cgroups, chooses free address ranges and writes machine.json (what is there already stays unless given anew). Prints one clear error and gives 1 otherwise. */
int node_setup_main(int argc, char **argv);

/* `sedge node-join --run DIR --state DIR --head ADDRESS --token-file F [--name N] [--runtime P]`: joins a cluster (model/join.h): keeps key, certificate and CA under
 * <state>/node/pki, and writes machine.json. Prints one clear error and gives 1 otherwise. */
int node_join_main(int argc, char **argv);

/* `sedge node-await --run DIR --state DIR`: waits, at most a minute, until the head sees this node as ready. 0, or 1 with one clear error. */
int node_await_main(int argc, char **argv);

/* `sedge node-teardown --run DIR --state DIR`: with the daemons and the keeper's restarts ended first, stops every container (its grace period, then SIGKILL), unmounts,
 * removes networks, table, cgroups and the run folder. What is on disk stays. Prints a line for each step that takes long. 0, or 1 with what is left. */
int node_teardown_main(int argc, char **argv);
