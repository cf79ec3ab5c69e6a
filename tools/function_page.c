// SPDX-License-Identifier: Apache-2.0
/* Prints docs/tosca-functions.md from the table of functions. `make docs` runs it. */
#include <stdio.h>

#include "tosca/function.h"

int main(void)
{
    AUTO_FREE char *text = function_table_text();
    return fputs(text, stdout) == EOF || fflush(stdout) == EOF;
}
