"""What the API's test calls with: HTTP as one likes it, and DNS."""

import http.client
import json
import socket
import struct

OURS = {"X-Splinterdns": "1"}
JSON = {"Content-Type": "application/json"}
PROBLEM = "application/problem+json"


def check(what, expected, found):
    if expected == found:
        print(f"ok\t{what}")
    else:
        flat = [" ".join(str(side).split()) for side in (expected, found)]
        print("not ok", what, *flat, sep="\t")


class Page:
    def __init__(self, address):
        self.address = address
        self.host, port = address.rsplit(":", 1)
        self.port = int(port)

    def call(self, method, path, headers=(), body=None, hosts=None):
        """Status, headers and octets; `hosts` stand in Host instead of the address."""
        connection = http.client.HTTPConnection(self.host, self.port, timeout=30)
        connection.putrequest(method, path, skip_host=hosts is not None, skip_accept_encoding=True)
        for host in hosts or []:
            connection.putheader("Host", host)
        if body is not None and not isinstance(body, bytes):
            body, headers = json.dumps(body).encode(), {**JSON, **dict(headers)}
        for name, value in dict(headers).items():
            connection.putheader(name, value)
        if body is not None:
            connection.putheader("Content-Length", str(len(body)))
        connection.endheaders()
        try:
            connection.sock.sendall(body or b"")
        except (BrokenPipeError, ConnectionResetError):
            pass        # it has answered before it has read all
        response = connection.getresponse()
        octets = response.read()
        connection.close()
        return response.status, dict((k.lower(), v) for k, v in response.getheaders()), octets

    def status(self, *arguments, **named):
        """The status, and that a problem is told as one."""
        status, headers, octets = self.call(*arguments, **named)
        if status >= 400 and arguments[0] != "HEAD":
            kind = headers.get("content-type")
            if kind != PROBLEM:
                return f"{status} as {kind}"
            if json.loads(octets)["status"] != status:
                return f"{status} that says it is another"
        return status

    def get(self, path):
        status, _, octets = self.call("GET", path)
        assert status == 200, f"{path}: {status} {octets}"
        return json.loads(octets)

    def put(self, path, body):
        status, _, octets = self.call("PUT", path, OURS, body)
        return status, json.loads(octets)

    def state(self):
        return [self.get(f"/api/v1/{path}") for path in ("scenario", "class", "about")]


def statuses(calls):
    """Each status that occurs, with what got it where it is more than one."""
    found = {}
    for what, status in calls:
        found.setdefault(status, []).append(what)
    return list(found)[0] if len(found) == 1 else found


def dns(port, name, client="127.0.0.1"):
    """The RCODE and the addresses of the first reply."""
    labels = b"".join(bytes([len(label)]) + label.encode() for label in name.split("."))
    query = struct.pack("!6H", 7, 0x0100, 1, 0, 0, 0) + labels + struct.pack("!BHH", 0, 1, 1)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        asking.bind((client, 0))
        asking.settimeout(5)
        asking.sendto(query, ("127.0.0.1", port))
        reply = asking.recv(4096)
    at, addresses = len(query), []
    for _ in range(struct.unpack_from("!H", reply, 6)[0]):
        while reply[at] and reply[at] < 0xC0:
            at += 1 + reply[at]
        at += 2 if reply[at] else 1
        rtype, _, _, length = struct.unpack_from("!HHIH", reply, at)
        at += 10
        addresses += [socket.inet_ntoa(reply[at:at + 4])] if rtype == 1 else []
        at += length
    return {0: "NOERROR", 2: "SERVFAIL", 3: "NXDOMAIN"}.get(reply[3] & 15), addresses
