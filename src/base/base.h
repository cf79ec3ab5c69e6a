// SPDX-License-Identifier: Apache-2.0
/* The ground that every room stands on: memory, text, errors, log, clock, tables, JSON and YAML, and libraries opened
 * when first needed. */
#pragma once

#include "base/buf.h"
#include "base/clock.h"
#include "base/digest.h"
#include "base/err.h"
#include "base/json.h"
#include "base/lazy.h"
#include "base/log.h"
#include "base/map.h"
#include "base/mem.h"
#include "base/seal.h"
#include "base/strv.h"
#include "base/text.h"
#include "base/yaml.h"
