"""Bytes from the socket to packets of records: what one read brings has one instant, and is told in one piece."""

from collections.abc import Callable
from typing import Any

from system.broker.ear import Ear
from system.domain.road import Packet, Record

Wire = Callable[[int, str, int, bytes], None]  # generation, in or out, when, what


class Intake:
    """Until the greeting is over the library takes the bytes. `wire`, if any, is shown every byte both ways."""

    def __init__(
        self, generation: int, clock: Callable[[], int], put: Callable[[Packet], None], wire: Wire | None
    ) -> None:
        self._generation = generation
        self._clock = clock
        self._put = put
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
            self._put(Packet(now_ns=self._clock(), records=(record,)))

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
        send = conn.sendMsg

        def sent(data: bytes) -> None:
            wire(self._generation, "out", self._clock(), data)
            send(data)

        conn.sendMsg = sent
