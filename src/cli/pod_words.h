// SPDX-License-Identifier: Apache-2.0
/* What a pod is at, in words for people. Pure. */
#pragma once

#include "base/base.h"

/* "Running", "Stopped", "Exited (7)", "ErrImagePull", "Leaving". The caller frees. */
char *pod_words_status(const json_t *pod);
enum pod_life { POD_GOES, POD_STANDS, POD_ENDED }; /* runs or is to run; is kept stopped; has ended for good */
enum pod_life pod_words_life(const json_t *pod);
/* Its first container's report; {} where there is none. Borrowed. */
const json_t *pod_words_report(const json_t *pod);
/* "8080->80/tcp, 53->53/udp"; NULL without published ports. The caller frees. */
char *pod_words_ports(const json_t *pod);
/* What went wrong, for people: message of a failed start or end; NULL when nothing did. Borrowed. */
const char *pod_words_trouble(const json_t *pod, const char **ret_reason);
/* The exit status of its container when it has ended for good: true. */
bool pod_words_exit(const json_t *pod, int *ret_code);
