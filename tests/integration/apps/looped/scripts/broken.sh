echo "$SEDGE_OPERATION" >>/history
[ -e /mended ] || echo "no name or value" >"$SEDGE_OUTPUTS"
