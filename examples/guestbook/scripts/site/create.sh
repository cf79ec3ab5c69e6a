#!/bin/sh
# The page's file comes with the application; where it lies in the container is in $page.
set -e
mkdir -p /srv/site
cp "$page" /srv/site/index.html.in
