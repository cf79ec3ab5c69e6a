// SPDX-License-Identifier: Apache-2.0
/* The head: it serves the API, remembers objects in the store, and its controllers and orchestrator make true what they want. */
#pragma once

/* `sedge head --run DIR --state DIR`: serves until SIGTERM; gives the exit status. Reads <state>/machine.json; keeps its own under <state>/head/
 * (store/, pki/, blobs/, bundles/). Holds the lock of <run>/head.pid with its pid in it. API on <run>/api.sock (root only) and, where machine.json says so,
 * over TLS. */
int head_main(int argc, char **argv);
