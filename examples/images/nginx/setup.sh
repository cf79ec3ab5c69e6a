# SPDX-License-Identifier: Apache-2.0
# Run in the image's root while it is made: logs to where the container's are, one worker a small board can carry.
ln -sf /dev/stdout /var/log/nginx/access.log
ln -sf /dev/stderr /var/log/nginx/error.log
sed -i 's/worker_processes auto/worker_processes 1/' /etc/nginx/nginx.conf
