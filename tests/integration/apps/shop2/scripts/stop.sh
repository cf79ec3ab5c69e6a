#!/bin/sh
killall httpd 2>/dev/null || true
