#!/bin/sh
echo site
