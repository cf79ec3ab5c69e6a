#!/bin/sh
# Ends with 0 once the program answers and has its database behind it: that is what compose's 'service_healthy' waits for.
cd /app
python3 notes.py &
echo $! >notes.pid
for try in $(seq 100); do
    python3 -c "import urllib.request; urllib.request.urlopen('http://127.0.0.1:$LISTEN/notes', timeout=5)" 2>/dev/null && exit 0
    kill -0 "$(cat notes.pid)" 2>/dev/null || break
    sleep 0.2
done
echo "the API does not answer on port $LISTEN" >&2
exit 1
