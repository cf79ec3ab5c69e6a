// SPDX-License-Identifier: Apache-2.0
/* The operator at a terminal: verbs, their options and output, over the API and the TOSCA processor. */
#pragma once

/* Runs `sedge <verb> ...`: exit status 0 done, 1 failed, 2 wrong usage. */
int cli_main(int argc, char **argv);
