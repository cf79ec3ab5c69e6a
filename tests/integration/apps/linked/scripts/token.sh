#!/bin/sh
echo "$SEDGE_OPERATION" >>/history
echo "token=t-$(wc -l </history)" >>"$SEDGE_OUTPUTS"
