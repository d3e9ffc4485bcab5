#!/bin/sh
# The gateway is .1 in each of the networks, and everything else goes to the world.
set -e
for inside in 10.7.103 10.60.103 10.200.103; do
  ip address add $inside.1/24 dev "$(ip -o -4 address show to $inside.2 | awk '{print $2}')"
done
ip route replace default via 10.1.103.53
# What pass-on.nft marks goes to this machine, whatever its address (https://docs.kernel.org/networking/tproxy.html).
ip rule add fwmark 1 lookup 100
ip route add local default dev lo table 100
nft -f /lab/redirect.nft
