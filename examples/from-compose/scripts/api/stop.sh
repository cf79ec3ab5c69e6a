#!/bin/sh
[ ! -e /app/notes.pid ] || kill "$(cat /app/notes.pid)" 2>/dev/null
rm -f /app/notes.pid
