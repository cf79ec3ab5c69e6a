// SPDX-License-Identifier: Apache-2.0
/* The image helper as a program of its own, for tests that run before the whole program stands. */
#include "image/image_fetch.h"

int main(int argc, char **argv)
{
    return image_helper_main(argc, argv);
}
