// SPDX-License-Identifier: Apache-2.0
/* Containers on one machine: root file systems, OCI bundles for crun, the keeper that is their parent, volumes, logs
 * and exec. */
#pragma once

#include "engine/container_log.h"
#include "engine/container_spec.h"
#include "engine/keeper_client.h"
#include "engine/rootfs.h"
#include "engine/volume_dir.h"
