#!/bin/sh
set -e
mkdir -p /opt/guestbook
cp ../../files/guestbook.py /opt/guestbook/guestbook.py
python3 -m py_compile /opt/guestbook/guestbook.py
