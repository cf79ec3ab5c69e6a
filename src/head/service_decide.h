// SPDX-License-Identifier: Apache-2.0
/* A Service's address, and the pods behind it. Pure. */
#pragma once

#include "head/object_changes.h"

/* A free address of the range ("10.89.0.0/16"), the same one for the same `name` as far as that is free; never the
 * first or the last of the range. taken: addresses as text -> not NULL. 0 with *ret (the caller frees); -EINVAL: no
 * such range; -ENOSPC: none is free. */
int service_address(const char *cidr, const char *name, const struct map *taken, char **ret, struct err *e);

/* Has it an address, and the endpoints that `pods` give it? */
bool service_is_settled(const json_t *service, const struct object_list *pods);

/* pods: of the service's namespace. taken: addresses of all services. */
void service_decide(const json_t *service, const struct object_list *pods, const char *cidr, const struct map *taken,
                    struct changes *ret);
