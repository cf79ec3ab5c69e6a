#!/bin/sh
# The last line makes sure that the store's node resolves by the name that the template has for it.
set -e
mkdir -p /www
echo "$greeting from $store_address" >/www/index.html
httpd -p 80 -h /www
grep -qw store /etc/hosts
