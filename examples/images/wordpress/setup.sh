# SPDX-License-Identifier: Apache-2.0
# Run in the image's root while it is made: Debian's WordPress as the one site, under any host name.
install -m 755 /tmp/setup/entrypoint.sh /usr/local/bin/entrypoint.sh
cat >/etc/apache2/sites-available/000-default.conf <<'END'
<VirtualHost *:80>
    DocumentRoot /usr/share/wordpress
    Alias /wp-content /var/lib/wordpress/wp-content
    <Directory /usr/share/wordpress>
        Options FollowSymLinks
        AllowOverride Limit Options FileInfo
        DirectoryIndex index.php
        Require all granted
    </Directory>
    <Directory /var/lib/wordpress/wp-content>
        Options FollowSymLinks
        Require all granted
    </Directory>
    ErrorLog /dev/stderr
    CustomLog /dev/stdout combined
</VirtualHost>
END
echo 'ServerName localhost' >/etc/apache2/conf-available/servername.conf
a2enconf -q servername
a2enmod -q rewrite
# Few processes: this runs on small boards.
sed -i 's/\(StartServers\s*\)[0-9]*/\12/; s/\(MinSpareServers\s*\)[0-9]*/\11/; s/\(MaxSpareServers\s*\)[0-9]*/\13/; s/\(MaxRequestWorkers\s*\)[0-9]*/\120/' \
    /etc/apache2/mods-available/mpm_prefork.conf
rm -f /var/www/html/index.html
