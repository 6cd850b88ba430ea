"""Bytes from the socket to packets of records: what one read brings has one instant, and is told in one piece.

What a recording of the wire is shown, besides: when a connection was made, or why not, and when it was lost.
"""

from collections.abc import Callable
from typing import Any

from system.broker.ear import Ear
from system.broker.notes import Wire
from system.domain.road import Packet, Record


class Intake:
    """Until the greeting is over the library takes the bytes. `wire`, if any, is shown every byte both ways.

    `put` takes what a read has brought, `tell` what is said without one.
    """

    def __init__(
        self,
        generation: int,
        clock: Callable[[], int],
        put: Callable[[Packet], None],
        wire: Wire | None,
        tell: Callable[[Packet], None] | None = None,
    ) -> None:
        self._generation = generation
        self._clock = clock
        self._put = put
        self._tell = tell or put
        self._wire = wire
        self._packet_ns = 0  # of the packet in hand; 0: there is none
        self._records: list[Record] = []

    def listen(self, client: Any, ear: Ear) -> None:
        """Stand between the connection and the library."""
        conn, self._ear = client.conn, ear
        self._library = client._onSocketHasData
        client._tcpDataArrived = client._tcpDataProcessed = None
        conn.hasData.disconnect(self._library)
        conn.hasData.connect(self._take, keep_ref=True)
        if self._wire is not None:
            self._show(conn, self._wire)

    def now_ns(self) -> int:
        """The packet's time within one; else now."""
        return self._packet_ns or self._clock()

    def say(self, record: Record) -> None:
        """Tell something: in its place within a packet, or by itself."""
        if self._packet_ns:
            self._records.append(record)
        else:
            self._tell(Packet(now_ns=record.now_ns, records=(record,)))

    def _take(self, data: bytes) -> None:
        """What has been understood is told, whatever becomes of the rest."""
        self._packet_ns = self._clock()
        if self._wire is not None:
            self._wire(self._generation, "in", self._packet_ns, data)
        try:
            self._library(data)
        finally:
            self._ear.rest()
            records, self._records = tuple(self._records), []
            now_ns, self._packet_ns = self._packet_ns, 0
            if records:
                self._put(Packet(now_ns=now_ns, records=records))

    def _show(self, conn: Any, wire: Wire) -> None:
        send, connect = conn.sendMsg, conn.connectAsync

        def note(kind: str, what: object = None) -> None:
            wire(self._generation, kind, self._clock(), what)

        def sent(data: bytes) -> None:
            note("out", data)
            send(data)

        async def connected(host: str, port: int) -> None:
            try:
                await connect(host, port)
            except OSError as error:
                note("failed", {"errno": error.errno or 0, "text": error.strerror or str(error)})
                raise
            note("made")

        def lost(text: str) -> None:
            note("lost", {"text": text, "broken": getattr(conn, "broken", None) or ""})

        conn.sendMsg, conn.connectAsync = sent, connected
        conn.disconnected.connect(lost, keep_ref=True)
