#!/bin/sh
rm -rf /www
