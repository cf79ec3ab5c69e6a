// SPDX-License-Identifier: Apache-2.0
/* What the verbs that read templates let the user say about imports from elsewhere. */
#pragma once

#include "cli/cli_private.h"

struct import_options {
    bool offline; /* $SEDGE_OFFLINE: nothing is asked over the network, what is in the cache is taken as it is */
    bool refresh; /* all is fetched anew */
    struct strv profiles; /* folders of the user's own profiles */
};

/* Rows for a verb's table; `s` has a member `imports` of that type. */
#define IMPORT_OPT_REFRESH(s)                                                                                          \
    OPT(s, '\0', "refresh", OPT_SWITCH, imports.refresh, NULL, "fetch imports by URL anew, whatever the cache holds")
#define IMPORT_OPT_PROFILES(s)                                                                                         \
    OPT(s, '\0', "profiles", OPT_TEXTS, imports.profiles, "DIR", "folder of TOSCA profiles of your own (repeatable)")
#define IMPORT_OPTS(s)                                                                                                 \
    OPT(s, '\0', "offline", OPT_SWITCH, imports.offline, NULL, "no network: imports by URL come from the cache"),      \
        IMPORT_OPT_REFRESH(s), IMPORT_OPT_PROFILES(s)
