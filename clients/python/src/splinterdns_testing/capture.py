"""Parts of a capture (pcap with nanoseconds, as `--pcap` writes it)."""

from __future__ import annotations

import struct
from typing import Iterator, Tuple

#: The head of the file: its first four octets tell the order of the others.
_HEAD = 24
_MAGIC = 0xA1B23C4D
_NANO = 1_000_000_000


def packets(capture: bytes) -> Iterator[Tuple[int, bytes]]:
    """Each packet's time in nanoseconds since 1970, and its record. One that is not whole yet is not there yet."""
    if len(capture) < _HEAD:
        return
    order = "<" if struct.unpack_from("<I", capture)[0] == _MAGIC else ">"
    if struct.unpack_from(order + "I", capture)[0] != _MAGIC:
        raise ValueError("this is no capture with nanoseconds")
    at = _HEAD
    while at + 16 <= len(capture):
        seconds, nanoseconds, length = struct.unpack_from(order + "3I", capture, at)
        end = at + 16 + length
        if end > len(capture):
            return
        yield seconds * _NANO + nanoseconds, capture[at:end]
        at = end


def since(capture: bytes, moment: int) -> bytes:
    """A capture of the packets from a moment on."""
    return capture[:_HEAD] + b"".join(record for time, record in packets(capture) if time >= moment)
