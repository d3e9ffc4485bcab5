#!/bin/sh
# The clients' gateway is .1 in each of their networks; everything else goes to the world.
set -e
for inside in 10.86.102 10.98.102 10.193.102; do
  ip address add $inside.1/24 dev "$(ip -o -4 address show to $inside.2 | awk '{print $2}')"
done
ip route replace default via 10.1.102.53
