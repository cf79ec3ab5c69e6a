#!/bin/sh
# Notes what it was called for; fails once when it was told to.
echo "$what" >>/done
if [ -e "/fail $what" ]; then
    rm "/fail $what"
    echo "the $what has no luck"
    exit 3
fi
