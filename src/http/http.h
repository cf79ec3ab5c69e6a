// SPDX-License-Identifier: Apache-2.0
/* HTTP both ways: a server with routes, streams and upgrades on a loop, a small client, and the frames that streams carry. */
#pragma once

#include "http/frame.h"
#include "http/http_client.h"
#include "http/http_path.h"
#include "http/http_server.h"
