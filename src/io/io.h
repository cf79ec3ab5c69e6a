// SPDX-License-Identifier: Apache-2.0
/* Where the program touches the machine: files, children, Unix sockets and TLS. */
#pragma once

#include "io/child.h"
#include "io/file.h"
#include "io/file_root.h"
#include "io/sock.h"
#include "io/tls.h"
