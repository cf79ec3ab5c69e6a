#!/bin/sh
# nginx puts itself into the background; the container's small init takes it on.
exec nginx
