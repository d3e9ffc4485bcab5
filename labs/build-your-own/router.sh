#!/bin/sh
# The gateway is .1 in both networks.
set -e
for inside in 10.250.108 10.1.108; do
  ip address add $inside.1/24 dev "$(ip -o -4 address show to $inside.2 | awk '{print $2}')"
done
ip route replace unreachable default
