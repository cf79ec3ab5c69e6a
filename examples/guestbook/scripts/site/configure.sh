#!/bin/sh
set -e
escaped=$(printf '%s' "$title" | sed 's/&/\&amp;/g; s/</\&lt;/g; s/>/\&gt;/g' | sed 's/[\\&|]/\\&/g')
sed "s|@TITLE@|$escaped|g" /srv/site/index.html.in >/srv/site/index.html
cat >/etc/nginx/sites-enabled/default <<END
server {
    listen 80 default_server;
    root /srv/site;
    location /entries {
        proxy_pass http://api:$api_port;
    }
}
END
nginx -t
