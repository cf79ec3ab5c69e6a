#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Starts Apache with WordPress once its database answers. Knows WORDPRESS_DB_HOST (host or host:port, default mysql), WORDPRESS_DB_USER (default root),
# WORDPRESS_DB_PASSWORD, WORDPRESS_DB_NAME (default wordpress; made when it is not there) and WORDPRESS_TABLE_PREFIX.
set -eu

if [ "$1" != apache2 ]; then
    exec "$@"
fi

cat >/etc/wordpress/config-default.php <<'END'
<?php
function sedge_env($name, $default) {
    $value = getenv($name);
    return $value === false || $value === '' ? $default : $value;
}
define('DB_NAME', sedge_env('WORDPRESS_DB_NAME', 'wordpress'));
define('DB_USER', sedge_env('WORDPRESS_DB_USER', 'root'));
define('DB_PASSWORD', sedge_env('WORDPRESS_DB_PASSWORD', ''));
define('DB_HOST', sedge_env('WORDPRESS_DB_HOST', 'mysql'));
define('DB_CHARSET', 'utf8mb4');
define('WP_CONTENT_DIR', '/var/lib/wordpress/wp-content');
$table_prefix = sedge_env('WORDPRESS_TABLE_PREFIX', 'wp_');
if (isset($_SERVER['HTTP_HOST'])) { // the site answers under whatever name it is asked by
    $sedge_scheme = empty($_SERVER['HTTPS']) ? 'http' : 'https';
    define('WP_HOME', $sedge_scheme . '://' . $_SERVER['HTTP_HOST']);
    define('WP_SITEURL', WP_HOME);
}
END

# Keys of its own for each container, kept in the writable layer.
secrets=/etc/wordpress/secrets.php
if [ ! -s $secrets ]; then
    php -r 'echo "<?php\n"; foreach (["AUTH_KEY","SECURE_AUTH_KEY","LOGGED_IN_KEY","NONCE_KEY","AUTH_SALT","SECURE_AUTH_SALT","LOGGED_IN_SALT","NONCE_SALT"] as $k)
        echo "define(\"$k\", \"", bin2hex(random_bytes(32)), "\");\n";' >$secrets.new
    mv $secrets.new $secrets
fi
echo "require_once '$secrets';" >>/etc/wordpress/config-default.php
chown www-data:www-data /var/lib/wordpress/wp-content

cat >/run/wait.php <<'END'
<?php
mysqli_report(MYSQLI_REPORT_OFF);
$parts = explode(':', getenv('WORDPRESS_DB_HOST') ?: 'mysql', 2);
$name = getenv('WORDPRESS_DB_NAME') ?: 'wordpress';
for ($try = 0; $try < 120; $try++) {
    $db = @mysqli_connect($parts[0], getenv('WORDPRESS_DB_USER') ?: 'root', getenv('WORDPRESS_DB_PASSWORD') ?: '', '', (int)($parts[1] ?? 3306));
    if ($db) {
        $quoted = '`' . str_replace('`', '``', $name) . '`';
        if (!@mysqli_query($db, "CREATE DATABASE IF NOT EXISTS $quoted") && !@mysqli_select_db($db, $name))
            fwrite(STDERR, "make database $name: " . mysqli_error($db) . "\n");
        exit(0);
    }
    if ($try % 10 == 0)
        fwrite(STDERR, "waiting for the database at $parts[0]: " . mysqli_connect_error() . "\n");
    usleep(500000);
}
fwrite(STDERR, "the database at $parts[0] does not answer; set WORDPRESS_DB_HOST, WORDPRESS_DB_USER and WORDPRESS_DB_PASSWORD\n");
exit(1);
END
php /run/wait.php

set +u # Debian's file reads variables that may be unset
. /etc/apache2/envvars
set -u
mkdir -p "$APACHE_RUN_DIR" "$APACHE_LOCK_DIR" "$APACHE_LOG_DIR"
rm -f "$APACHE_PID_FILE"
exec "$@"
