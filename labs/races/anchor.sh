#!/bin/sh
# Prints the trust anchor of the lab's torproject.org as delv reads it, from the key that `signed` has made at its start.
dnssec-dsfromkey /run/signed/Ktorproject.org.*.key | {
  read -r name _ _ tag algorithm digest hash
  echo "trust-anchors { $name static-ds $tag $algorithm $digest \"$hash\"; };"
}
