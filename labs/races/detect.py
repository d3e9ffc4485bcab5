"""What two detectors say of a name: detect.py SERVER NAME CONTROL...

CONTROL is what somebody found who is not censored: addresses, or nothing where the name has none. The rules are in
labs/tools/detectors.py.
"""

import sys

import detectors
import heard

server, name, *control = sys.argv[1:]
control = [one for one in control if one[0].isdigit()]      # dig +short prints aliases too
replies = list(heard.ask(server, name))
print("OONI    ", detectors.ooni(replies, control)[1])
print("Hold-On ", detectors.hold_on(replies, control)[1])
