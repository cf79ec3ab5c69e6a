#!/bin/sh
cd /opt/guestbook
[ ! -e guestbook.pid ] || kill "$(cat guestbook.pid)" 2>/dev/null || true
rm -f guestbook.pid
