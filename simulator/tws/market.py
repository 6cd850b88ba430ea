"""The one market behind all clients: a tape or synthetic sessions played in simulated time, and the exchange on it."""

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

import numpy.typing as npt

from simulator.exchange.orders import Report
from simulator.exchange.venue import Exchange
from system.domain.session import Calendar, Segment
from system.domain.ticks import QUOTE, TRADE, Batch, empty_batch

BATCH_MAX: Final = 65_536  # events looked at in one go
NOTHING: Final = empty_batch(0)


@dataclass(slots=True)
class Board:
    """What a quote board shows: the touch, and the session's trades so far. Prices in ticks; size 0: nothing known."""

    bid_ticks: int = 0
    ask_ticks: int = 0
    bid_size: int = 0
    ask_size: int = 0
    last_ticks: int = 0
    last_size: int = 0
    open_ticks: int = 0
    high_ticks: int = 0
    low_ticks: int = 0
    volume: int = 0

    def see(self, events: npt.NDArray[Any]) -> None:
        """Take events of one session."""
        quotes = events[events["kind"] == QUOTE]
        if len(quotes):
            last = quotes[-1]
            self.bid_ticks, self.bid_size = int(last["bid_ticks"]), max(0, int(last["bid_size"]))
            self.ask_ticks, self.ask_size = int(last["ask_ticks"]), max(0, int(last["ask_size"]))
        trades = events[(events["kind"] == TRADE) & (events["size"] > 0)]
        if len(trades):
            prices = trades["price_ticks"]
            high, low = int(prices.max()), int(prices.min())
            self.high_ticks = max(high, self.high_ticks) if self.volume else high
            self.low_ticks = min(low, self.low_ticks) if self.volume else low
            if not self.volume:
                self.open_ticks = int(prices[0])
            self.volume += int(trades["size"].sum())
            self.last_ticks, self.last_size = int(prices[-1]), int(trades["size"][-1])

    def end_session(self) -> None:
        """Nobody quotes any more."""
        self.bid_size = self.ask_size = 0

    def begin_session(self) -> None:
        """A new session's trades are counted anew; the last price stands."""
        self.bid_size = self.ask_size = self.volume = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What happened next: events of the tape, then what the exchange reports at the last of them."""

    events: npt.NDArray[Any]
    reports: list[Report]


@dataclass(slots=True)
class Market:
    """Plays `batches` from `now_ns` on."""

    batches: Iterator[Batch]
    exchange: Exchange
    now_ns: int
    board: Board = field(default_factory=Board)
    _calendar: Calendar = field(default_factory=Calendar)
    _batch: Batch | None = None
    _segments: Iterator[Segment] = field(default_factory=lambda: iter(()))
    _segment: Segment | None = None
    _at: int = 0  # index of the next event
    _session_ns: int | None = None

    def advance(self, to_ns: int) -> Iterator[Step]:
        """Play up to and with `to_ns`; to be used up, since time passes with the steps."""
        assert to_ns >= self.now_ns
        while (segment := self._next_segment()) is not None:
            assert self._batch is not None
            times = self._batch["ts_ns"]
            stop = bisect_right(times, to_ns, self._at, min(segment.stop, self._at + BATCH_MAX))
            if stop == self._at:
                break
            if segment.in_break:
                yield from self._pass_time(int(times[self._at]))
                self.exchange.begin_session(segment.session.break_ns)
                self.board.end_session()
                self._at = stop
            else:
                yield from self._play(self._batch, segment, stop)
        yield from self._pass_time(to_ns)
        self.now_ns = to_ns

    def _play(self, batch: Batch, segment: Segment, stop: int) -> Iterator[Step]:
        session = segment.session
        if session.open_ns != self._session_ns:
            yield from self._pass_time(int(batch["ts_ns"][self._at]))
            self._session_ns = session.open_ns
            self.exchange.begin_session(session.break_ns)
            self.board.begin_session()
        while True:
            start = self._at
            self._at, reports = self.exchange.advance(batch, start, stop)
            events = batch[start : self._at]
            self.board.see(events)
            if len(events):
                self.now_ns = int(events["ts_ns"][-1])
            if reports:
                self.now_ns = max(self.now_ns, reports[0].ts_ns)
            if len(events) or reports:
                yield Step(events=events, reports=reports)
            if not reports:
                return

    def _pass_time(self, to_ns: int) -> Iterator[Step]:
        """Let commands arrive that are due, with no event in between."""
        while self.exchange.next_arrival_ns <= to_ns:
            self.now_ns = max(self.now_ns, self.exchange.next_arrival_ns)
            yield Step(events=NOTHING, reports=self.exchange.arrive())

    def _next_segment(self) -> Segment | None:
        """The segment that the next event lies in, or None behind the last event of all."""
        while self._segment is None or self._at >= self._segment.stop:
            self._segment = next(self._segments, None)
            if self._segment is None:
                self._batch = next(self.batches, None)
                if self._batch is None:
                    return None
                self._segments, self._at = self._calendar.segments(self._batch["ts_ns"]), 0
        return self._segment
