echo "$SEDGE_OPERATION $from $word $token" >>/history
until [ ! -e /wait ]; do sleep 0.05; done
printf '{"greeting": "hello %s"}' "$word" >"$SEDGE_OUTPUTS"
