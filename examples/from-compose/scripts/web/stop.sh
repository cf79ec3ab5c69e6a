#!/bin/sh
nginx -s quit 2>/dev/null || true
