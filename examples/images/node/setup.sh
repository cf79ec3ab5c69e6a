# SPDX-License-Identifier: Apache-2.0
# Run in the image's root while it is made: programs that ask for Node by its old name find it.
command -v node >/dev/null || ln -s nodejs /usr/bin/node
