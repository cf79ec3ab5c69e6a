#!/bin/sh
echo "$SEDGE_OPERATION" >>/history
