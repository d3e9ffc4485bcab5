#!/bin/sh
# The gateway of all three networks. Behind it nothing is, and it says so: unreachable.
set -e
for inside in 10.90.105 10.62.105 10.86.105; do
  ip address add $inside.1/24 dev "$(ip -o -4 address show to $inside.53 | awk '{print $2}')"
done
ip route replace unreachable default
