#!/bin/sh
set -e
echo "$text" >/www/index.html
test "$text" = "$INPUT_TEXT"
if [ "$break_it" = yes ]; then
    echo "this went wrong on purpose" >&2
    exit 3
fi
