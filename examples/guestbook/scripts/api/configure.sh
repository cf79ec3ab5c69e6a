#!/bin/sh
set -e
cat >/opt/guestbook/settings.json <<END
{"listen": $listen, "redis": "$redis_host"}
END
printf '%s' "$greeting" >/opt/guestbook/greeting
