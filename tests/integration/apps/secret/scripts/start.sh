#!/bin/sh
echo "starting with a password of ${#PASSWORD} characters"
