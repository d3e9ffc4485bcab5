#!/bin/sh
# The machine of three public resolvers. 203.0.113.0/24 is a network in which nobody is.
set -e
for address in 8.8.8.8 1.1.1.1 9.9.9.9; do ip address add $address/32 dev lo; done
ip route replace default via 10.1.103.2
ip route add blackhole 203.0.113.0/24
