#!/bin/sh
set -e
cd /opt/guestbook
python3 guestbook.py >>/var/log/guestbook.log 2>&1 &
echo $! >guestbook.pid
for try in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
    if python3 -c 'import json, urllib.request; urllib.request.urlopen("http://127.0.0.1:%d/entries" % json.load(open("settings.json"))["listen"], timeout=2)' 2>/dev/null; then
        exit 0
    fi
    kill -0 "$(cat guestbook.pid)" 2>/dev/null || break
    sleep 0.1
done
echo "the API does not answer; its log says:" >&2
tail -5 /var/log/guestbook.log >&2
exit 1
