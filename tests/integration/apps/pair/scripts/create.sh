#!/bin/sh
set -e
mkdir -p /www
echo created >>/www/history
