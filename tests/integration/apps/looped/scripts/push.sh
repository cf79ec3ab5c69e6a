echo "$SEDGE_OPERATION" >>/history
echo "$out" >"$SEDGE_OUTPUTS"
