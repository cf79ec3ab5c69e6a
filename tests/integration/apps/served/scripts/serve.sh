#!/bin/sh
# Ends when the port is listened on.
mkdir -p /www && echo served > /www/index.html && httpd -p 80 -h /www
