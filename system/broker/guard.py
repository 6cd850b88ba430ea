"""A connection that notices broken framing; the library's own waits for ever for a frame that never ends."""

from typing import Any, Final

from ib_insync.connection import Connection

LENGTH_BYTES: Final = 4
FRAME_MAX: Final = 16 * 1024 * 1024
READ_MAX: Final = 64 * 1024  # bytes taken in one go: while they are worked on, nobody else is served
CHUNK_MAX: Final = 16 * 1024  # the library copies what is left after each message: small pieces keep it quick


class GuardedConnection(Connection):
    """Hands over whole frames only. The first wrong byte ends the connection, and `broken` says why."""

    def __init__(self) -> None:
        self._buffer = bytearray()
        self.broken: str | None = None
        super().__init__()

    def reset(self) -> None:
        """Begin anew."""
        super().reset()
        self._buffer.clear()
        self.broken = None

    def connection_made(self, transport: Any) -> None:
        """Read in small portions."""
        transport.max_size = READ_MAX

    def disconnect(self) -> None:
        """End it at once: a graceful end waits for a peer that may be gone."""
        if self.transport is not None:
            self.transport.abort()

    def data_received(self, data: bytes) -> None:
        """Take bytes from the socket."""
        buffer = self._buffer
        buffer += data
        start = end = 0
        while (stop := self._frame_end(end)) is not None:
            if stop - start > CHUNK_MAX and end > start:
                super().data_received(bytes(buffer[start:end]))
                start = end
            end = stop
        if end > start:
            super().data_received(bytes(buffer[start:end]))
        del buffer[:end]
        if self.broken is not None:
            self.disconnect()

    def _frame_end(self, at: int) -> int | None:
        """Where the frame that begins at `at` ends; None where it is not all there, or is none."""
        buffer = self._buffer
        if self.broken is not None or len(buffer) - at < LENGTH_BYTES:
            return None
        length = int.from_bytes(buffer[at : at + LENGTH_BYTES], "big", signed=True)
        if not 0 < length <= FRAME_MAX:
            self.broken = f"a message of {length} bytes"
            return None
        end = at + LENGTH_BYTES + length
        if len(buffer) < end:
            return None
        if buffer[end - 1] != 0:
            self.broken = "a message that does not end"
            return None
        return end
