# SPDX-License-Identifier: Apache-2.0
# Run in the image's root while it is made: a data folder of its own.
install -d -o redis -g redis /data
