// SPDX-License-Identifier: Apache-2.0
/* Images: references, the registry protocol, a content store shared by digest, and layers unpacked once.
 *
 * Two halves. What the node daemon needs (image/image_store.h) is small: look up, list, remove. What brings images in (image/image_fetch.h) links curl and
 * archive lazily and runs in a helper process that ends: "sedge image-helper". */
#pragma once

#include "image/image_ref.h"
#include "image/image_store.h"
