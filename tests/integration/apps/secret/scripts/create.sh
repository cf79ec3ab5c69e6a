#!/bin/sh
set -e
printf %s "$PASSWORD" | sha256sum | cut -d' ' -f1 > /seen-password
printf %s "$KEPT" | sha256sum | cut -d' ' -f1 > /seen-kept
