// SPDX-License-Identifier: Apache-2.0
/* The platform's words as plain data, one file a kind, each with the table of its fields. */
#pragma once

#include "model/application.h"
#include "model/cluster_kinds.h"
#include "model/deployment.h"
#include "model/machine.h"
#include "model/node_link.h"
#include "model/pod.h"
#include "model/protocol.h"
#include "model/revision.h"
#include "model/secret.h"
#include "model/secret_ref.h"
#include "model/secret_token.h"
#include "model/service.h"
#include "model/topology.h"
