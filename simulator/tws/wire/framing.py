"""Frames on the wire, both ways, without I/O: a big-endian length of 4 bytes, then fields that each end in NUL.

What a client sends begins with `API` and a NUL. Older clients begin with a bare version (`62`): their first byte is
already wrong, so they are turned away at once and need no time limit.
"""

from typing import Final

PREFIX: Final = b"API\0"
LENGTH_BYTES: Final = 4
FRAME_MAX: Final = 65_536  # bytes of a client's message; an order has some 1,000
CHUNK_MAX: Final = 65_536  # bytes to hand over at once, so that no more than a frame and a chunk is ever held


class ProtocolError(Exception):
    """The other side does not speak this protocol; the connection is to be closed."""


class Framer:
    """Cuts what a client sends into payloads: `feed` bytes, then ask for payloads until there is none."""

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._greeted = False

    def feed(self, data: bytes) -> None:
        """Take at most CHUNK_MAX bytes."""
        assert len(data) <= CHUNK_MAX
        self._buffer += data

    def next_payload(self) -> bytes | None:
        """The next whole payload, or None for want of bytes. Raises ProtocolError at the first byte that is wrong."""
        buffer = self._buffer
        if not self._greeted:
            if not PREFIX.startswith(buffer[: len(PREFIX)]):
                raise ProtocolError(f"began with {bytes(buffer[:8])!r}; expected {PREFIX!r}")
            if len(buffer) < len(PREFIX):
                return None
            del buffer[: len(PREFIX)]
            self._greeted = True
        if len(buffer) < LENGTH_BYTES:
            return None
        length = int.from_bytes(buffer[:LENGTH_BYTES], "big", signed=True)
        if not 0 < length <= FRAME_MAX:
            raise ProtocolError(f"a message of {length} bytes; expected 1 to {FRAME_MAX}")
        if len(buffer) < LENGTH_BYTES + length:
            return None
        payload = bytes(buffer[LENGTH_BYTES : LENGTH_BYTES + length])
        del buffer[: LENGTH_BYTES + length]
        return payload


def split(payload: bytes) -> list[str]:
    """The fields of a payload. Raises ProtocolError where the last one does not end."""
    if payload[-1:] != b"\0":
        raise ProtocolError("a message whose last field does not end in NUL")
    return payload[:-1].decode("utf-8", "replace").split("\0")


def frame(*fields: object) -> bytes:
    """A message of fields: flags as 1 and 0, None as nothing, numbers and texts as they print."""
    payload = b"".join(_encode(field) + b"\0" for field in fields)
    return len(payload).to_bytes(LENGTH_BYTES, "big") + payload


def _encode(field: object) -> bytes:
    if isinstance(field, bool):
        return b"1" if field else b"0"
    if field is None:
        return b""
    return str(field).replace("\0", " ").encode()
