#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Starts MariaDB; fills an empty data folder first. Knows MYSQL_ROOT_PASSWORD, MYSQL_ALLOW_EMPTY_PASSWORD, MYSQL_DATABASE, MYSQL_USER, MYSQL_PASSWORD
# (and the same with MARIADB_).
set -eu

DATA=/var/lib/mysql
UNFINISHED=$DATA/.unfinished

root_password=${MYSQL_ROOT_PASSWORD:-${MARIADB_ROOT_PASSWORD:-}}
allow_empty=${MYSQL_ALLOW_EMPTY_PASSWORD:-${MARIADB_ALLOW_EMPTY_ROOT_PASSWORD:-}}
database=${MYSQL_DATABASE:-${MARIADB_DATABASE:-}}
user=${MYSQL_USER:-${MARIADB_USER:-}}
password=${MYSQL_PASSWORD:-${MARIADB_PASSWORD:-}}

# A text inside single quotes of SQL.
quoted() {
    printf %s "$1" | sed "s/\\\\/\\\\\\\\/g; s/'/''/g"
}

# A name inside backquotes.
name() {
    printf %s "$1" | sed 's/`/``/g'
}

first_statements() {
    echo "FLUSH PRIVILEGES;"
    echo "ALTER USER 'root'@'localhost' IDENTIFIED BY '$(quoted "$root_password")';"
    echo "CREATE OR REPLACE USER 'root'@'%' IDENTIFIED BY '$(quoted "$root_password")';"
    echo "GRANT ALL PRIVILEGES ON *.* TO 'root'@'%' WITH GRANT OPTION;"
    [ -z "$database" ] || echo "CREATE DATABASE IF NOT EXISTS \`$(name "$database")\`;"
    [ -z "$user" ] || echo "CREATE OR REPLACE USER '$(quoted "$user")'@'%' IDENTIFIED BY '$(quoted "$password")';"
    [ -z "$user" ] || [ -z "$database" ] || echo "GRANT ALL PRIVILEGES ON \`$(name "$database")\`.* TO '$(quoted "$user")'@'%';"
}

fill() {
    [ -n "$root_password$allow_empty" ] || {
        echo "the data folder is empty: set MYSQL_ROOT_PASSWORD (or MYSQL_ALLOW_EMPTY_PASSWORD=yes)" >&2
        exit 1
    }
    echo "filling $DATA" >&2
    # Killed on the way, the next start begins anew: the mark goes last.
    find "$DATA" -mindepth 1 -delete
    : >"$UNFINISHED"
    chown -R mysql:mysql "$DATA"
    mariadb-install-db --user=mysql --datadir="$DATA" --skip-test-db --auth-root-authentication-method=normal >/dev/null
    first_statements | mariadbd --user=mysql --datadir="$DATA" --bootstrap --silent-startup
    rm "$UNFINISHED"
}

if [ "$1" != mariadbd ] && [ "$1" != mysqld ]; then
    exec "$@"
fi
install -d -o mysql -g mysql /run/mysqld
if [ -e "$UNFINISHED" ] || [ ! -d "$DATA/mysql" ]; then
    fill
fi
shift
exec mariadbd --user=mysql --datadir="$DATA" "$@"
