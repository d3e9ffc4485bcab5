#!/bin/sh
# Asks a server for a name, and shows the packets that come back, as tshark reads them: look.sh SERVER NAME
cd "$(mktemp -d)" || exit
: >heard
tcpdump -i eth0 --immediate-mode -U -w seen "udp and src host $1 and src port 53" 2>heard &
until grep -q listening heard; do sleep 0.05; done
dig "@$1" "$2" >asked
sleep 0.3
kill $!
wait
tshark -r seen -T fields -E header=y -E separator=' ' \
  -e ip.ttl -e ip.id -e ip.flags.df -e dns.flags.authoritative -e dns.resp.ttl -e dns.a 2>heard
