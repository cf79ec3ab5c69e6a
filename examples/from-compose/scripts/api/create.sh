#!/bin/sh
# The file of the artifact 'program' is named by the input $program; it is where the compose file had ./api mounted.
set -e
mkdir -p /app
cp "$program" /app/notes.py
