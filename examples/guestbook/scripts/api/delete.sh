#!/bin/sh
rm -rf /opt/guestbook
