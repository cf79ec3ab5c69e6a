#!/bin/sh
set -e
mkdir -p /srv/notes
cp "$page" /srv/notes/index.html
cp "$settings" /etc/nginx/nginx.conf
