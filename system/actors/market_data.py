"""Market data: from what the streams bring to a tape's events, with the gaps and seeds that METHOD.md 3 asks for."""

from collections.abc import Iterable
from typing import Final

import trio

from system.actors.hand_on import hand_on
from system.actors.ports import Broker, Log, Tape
from system.domain.road import (
    AskSeed,
    BadDataTold,
    ContractTold,
    DataMissing,
    Packet,
    QuoteTold,
    Record,
    SeedAnswered,
    SessionVwapTold,
    Ticks,
    TradeTold,
)
from system.domain.session import Calendar
from system.domain.settings import MINUTE_S, SECOND_NS
from system.domain.ticks import GAP, QUOTE, SEED, TRADE, Row, batch_from

SEED_TRIES: Final = 5  # in a row, in a session
SEED_PAUSE_NS: Final = 15 * SECOND_NS  # TWS counts an identical question within it as pacing (F58)
RETRY_PAUSE_NS: Final = MINUTE_S * SECOND_NS
NO_QUOTE: Final = (0, 0, 0, 0)


class MarketData:
    """Makes batches. `starts_whole`: the market begins with the first subscription. `is_deaf`: ticks are dropped."""

    def __init__(
        self,
        *,
        calendar: Calendar,
        streams: Iterable[str],
        broker: Broker,
        tape: Tape,
        log: Log,
        starts_whole: bool = False,
        is_deaf: bool = False,
    ) -> None:
        self._calendar = calendar
        self._broker = broker
        self._tape = tape
        self._log = log
        self._spares_gap = starts_whole
        self._is_deaf = is_deaf
        self._session_ns = 0  # open of the session in hand
        self._generation = 0
        self._quote = NO_QUOTE  # the last valid one, for the rows of trades
        self._streams = frozenset(streams)
        self._asked: set[str] = set()  # streams, since the link was last lost
        self._seen: set[int] = set()  # kinds that have come since data was last missing
        self._is_broken = False  # nothing has come since data was last missing
        self._is_whole = True
        self._is_asked = False
        self._tries = 0
        self._asked_ns = 0
        self.last_ns = 0  # of the last tick
        self._rows: list[Row] = []
        self._out: list[Record] = []

    async def run(self, inbox: trio.MemoryReceiveChannel[Packet], outbox: trio.MemorySendChannel[Packet]) -> None:
        """Packet by packet."""
        async for packet in inbox:
            await hand_on(outbox, self.take(packet))

    def take(self, packet: Packet) -> Packet:
        """The packet with its quotes and trades made into batches, none of which reaches over anything else in it."""
        now_ns, self._out = packet.now_ns, []
        self._begin_session(now_ns)
        for record in packet.records:
            if self._is_deaf and isinstance(record, QuoteTold | TradeTold):
                continue
            if isinstance(record, QuoteTold):
                self._take_quote(record)
            elif isinstance(record, TradeTold):
                self._take_trade(record)
            else:
                self._flush(now_ns)
                self._take_other(record)
        self._flush(now_ns)
        self._ask_seed(now_ns)
        return Packet(now_ns=now_ns, records=tuple(self._out))

    def _begin_session(self, now_ns: int) -> None:
        """A session that begins when both streams have been asked for is whole from its first trade on."""
        session = self._calendar.at(now_ns)
        if session.open_ns == self._session_ns:
            return
        self._session_ns, self._quote, self._tries = session.open_ns, NO_QUOTE, 0
        self._tell_whole(self._spares_gap or self._asked >= self._streams, now_ns)

    def _is_open(self, now_ns: int) -> bool:
        session = self._calendar.at(now_ns)
        return session.open_ns <= now_ns < session.break_ns

    # what comes in

    def _take_quote(self, told: QuoteTold) -> None:
        quote = (told.bid_ticks, told.ask_ticks, told.bid_size, told.ask_size)
        if told.bid_size > 0 and told.ask_size > 0 and told.bid_ticks < told.ask_ticks:
            self._quote = quote
        self._see(QUOTE, told.now_ns, told.generation)
        self._rows.append((told.now_ns, 0, 0, 0, 0, *quote, QUOTE, 0))

    def _take_trade(self, told: TradeTold) -> None:
        self._see(TRADE, told.now_ns, told.generation)
        self._rows.append((told.now_ns, 0, 0, told.price_ticks, told.size, *self._quote, TRADE, 0))

    def _see(self, kind: int, now_ns: int, generation: int) -> None:
        self.last_ns, self._is_broken, self._generation = now_ns, False, generation
        self._seen.add(kind)

    def _take_other(self, record: Record) -> None:
        match record:
            case DataMissing():
                self._lose(record)
            case ContractTold():
                self._tape.contract(record)
                self._out.append(record)
            case SeedAnswered():
                self._take_seed(record)
            case BadDataTold():
                self._log("bad_data", text=record.text)
            case _:
                self._out.append(record)

    def _lose(self, missing: DataMissing) -> None:
        """Write a gap, once, where data may be missing within a session's hours."""
        now_ns = missing.now_ns
        self._asked = self._asked | {missing.stream} if missing.stream else set()
        self._seen.clear()
        if self._is_broken:
            return
        self._is_broken, self._is_asked = True, False
        if self._spares_gap or not self._is_open(now_ns):
            return
        self._quote = NO_QUOTE
        self._rows.append((now_ns, 0, 0, 0, 0, *NO_QUOTE, GAP, 0))
        self._flush(now_ns)
        self._tell_whole(False, now_ns)

    def _take_seed(self, told: SeedAnswered) -> None:
        self._is_asked = False
        if told.generation != self._generation or self._is_broken or self._is_whole:
            return  # the answer to a question that events have overtaken
        if not told.known:
            self._log("seed_failed", tries=self._tries)
            return
        self._tries = 0
        self._rows.append((told.now_ns, told.price_size, told.size, 0, 0, *NO_QUOTE, SEED, 0))
        self._flush(told.now_ns)
        self._tell_whole(True, told.now_ns)

    # what goes out

    def _flush(self, now_ns: int) -> None:
        if not self._rows:
            return
        batch, self._rows = batch_from(self._rows), []
        self._tape.record(batch, now_ns)
        self._out.append(Ticks(now_ns=now_ns, batch=batch))

    def _tell_whole(self, is_whole: bool, now_ns: int) -> None:
        if is_whole != self._is_whole:
            self._is_whole = is_whole
            self._out.append(SessionVwapTold(now_ns=now_ns, is_whole=is_whole))

    def _ask_seed(self, now_ns: int) -> None:
        """Once both streams flow again, for what VWAP misses; a few times a session."""
        self._spares_gap = self._spares_gap and not {QUOTE, TRADE} <= self._seen
        if self._is_whole or self._is_asked or not {QUOTE, TRADE} <= self._seen or self._tries >= SEED_TRIES:
            return
        if now_ns - self._asked_ns < (RETRY_PAUSE_NS if self._tries else SEED_PAUSE_NS):
            return
        self._is_asked, self._asked_ns, self._tries = True, now_ns, self._tries + 1
        self._broker.do(AskSeed(generation=self._generation, opened_ns=self._session_ns))
