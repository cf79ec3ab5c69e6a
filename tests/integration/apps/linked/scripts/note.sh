#!/bin/sh
# Writes down what is done here, and with which inputs.
echo "$SEDGE_OPERATION ${from:--} ${word:--} ${token:--}" >>/history
[ "$break_at" != "$SEDGE_OPERATION" ] || exit 7
