// SPDX-License-Identifier: Apache-2.0
/* The head alone as a program, so that integration tests need nothing else of sedge: `head_prog [--run DIR] [--state
 * DIR]`. */
#include "head/head.h"

int main(int argc, char **argv)
{
    return head_main(argc, argv);
}
