#!/bin/sh
echo "$what" >>/done
