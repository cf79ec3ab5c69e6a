#!/bin/sh
# What the front shows is what the back end answers, reached by the name of the node that another template stands in for.
set -e
mkdir -p /www
wget -q -O /www/index.html http://backend/
grep -q "$greeting from $store_address" /www/index.html
httpd -p 80 -h /www
