#!/bin/sh
echo "made with $GREETING"
