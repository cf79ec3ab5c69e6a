# SPDX-License-Identifier: Apache-2.0
# Run in the image's root while it is made: a server for a small machine that listens on all addresses, with an empty data folder.
install -m 755 /tmp/setup/entrypoint.sh /usr/local/bin/entrypoint.sh
rm -rf /var/lib/mysql
install -d -o mysql -g mysql -m 755 /var/lib/mysql
cat >/etc/mysql/mariadb.conf.d/90-container.cnf <<'END'
[mysqld]
bind-address = 0.0.0.0
skip-name-resolve
innodb_buffer_pool_size = 48M
innodb_log_file_size = 16M
aria_pagecache_buffer_size = 8M
key_buffer_size = 4M
max_connections = 50
END
rm -f /usr/bin/mariadb-test* /usr/bin/mysql_embedded /usr/bin/mariadb-embedded
