"""Confluence: ticks in, signals out, each behind the ticks that it comes from. What is not market data goes through."""

import trio

from system.actors.hand_on import hand_on
from system.domain.confluence import Confluence
from system.domain.instrument import ContractMonth
from system.domain.road import ContractTold, Packet, Record, SignalTold, Ticks
from system.domain.scoring import Array
from system.domain.session import Calendar
from system.domain.settings import Settings


class ConfluenceActor:
    """Runs the decision core over batches as they come."""

    def __init__(self, settings: Settings, calendar: Calendar) -> None:
        self.core = Confluence(settings)
        self.core.compile()
        self._calendar = calendar
        self._session_ns: int | None = None  # open of the session in hand
        self._month: ContractMonth | None = None
        self.score: float | None = None  # the last one

    async def run(self, inbox: trio.MemoryReceiveChannel[Packet], outbox: trio.MemorySendChannel[Packet]) -> None:
        """Packet by packet."""
        async for packet in inbox:
            await hand_on(outbox, self.take(packet))

    def take(self, packet: Packet) -> Packet:
        """The packet with the signals that its ticks give."""
        records: list[Record] = []
        for record in packet.records:
            records.append(record)
            if isinstance(record, Ticks):
                records += self._signals(record)
            elif isinstance(record, ContractTold):
                self._change_contract(record.month)
        return Packet(now_ns=packet.now_ns, records=tuple(records))

    def _change_contract(self, month: ContractMonth) -> None:
        """Another month's prices are another series: its session begins anew."""
        if self._month not in (None, month):
            self._session_ns = None
        self._month = month

    def _signals(self, ticks: Ticks) -> list[SignalTold]:
        session = self._calendar.at(ticks.now_ns)
        if ticks.now_ns >= session.break_ns:
            return []  # the daily break: METHOD.md 2 ignores its events
        if session.open_ns != self._session_ns:
            self._session_ns = session.open_ns
            self.core.begin_session()
        found = []
        for reading in self.core.read(ticks.batch, 0, len(ticks.batch)):
            if len(reading.evaluations):
                self.score = float(reading.evaluations["score"][-1])
            found += [_told(row, ticks.now_ns) for row in reading.signals]
        return found


def _told(row: Array, now_ns: int) -> SignalTold:
    return SignalTold(
        now_ns=now_ns,
        direction=1 if row["direction"] > 0 else -1,
        bid_ticks=int(row["bid_ticks"]),
        ask_ticks=int(row["ask_ticks"]),
        patterned=bool(row["patterned"]),
        score=float(row["score"]),
        features=tuple(row["features"].tolist()),
    )
