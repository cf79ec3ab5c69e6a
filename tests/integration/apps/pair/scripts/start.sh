#!/bin/sh
# The last line makes sure that the name of the linked component resolves.
set -e
httpd -p 80 -h /www
echo "$greeting" >>/www/history
grep -qw data /etc/hosts
