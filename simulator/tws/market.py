"""The one market behind all clients: a tape or synthetic sessions played in simulated time, and the exchange on it."""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from simulator.exchange.orders import Report
from simulator.exchange.venue import Exchange
from simulator.tws.data import hours
from system.domain.session import Calendar, Segment, Session
from system.domain.settings import FOREVER_NS
from system.domain.ticks import QUOTE, TRADE, Batch, empty_batch

BATCH_MAX: Final = 65_536  # events looked at in one go
NOTHING: Final = empty_batch(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What happened next: events of one session's hours, then what the exchange reports at `ts_ns`, the last of them.

    `events` is a view that must not be kept: copy what is to last.
    """

    events: npt.NDArray[Any]
    reports: list[Report]
    ts_ns: int


@dataclass(slots=True)
class Market:
    """Plays `batches`, whose times ascend, from their beginning; `now_ns` is how far, 0 before the first step.

    Only one batch is held at a time. Events in the daily break are passed over, as the exchange does.
    """

    batches: Iterator[Batch]
    exchange: Exchange
    now_ns: int = 0
    held: bool = False  # somebody else makes the prices: the tape passes unseen
    halts: int = 0  # how many halts last: the tape passes unseen too
    quotes_end_ns: Callable[[Session], int] = lambda session: hours.day(session.day).quotes_end_ns
    singly: bool = False  # an order of ours meets one event a call: what that leads to is sent before the next
    _shift_ticks: int = 0  # added to the tape's prices
    _calendar: Calendar = field(default_factory=Calendar)
    _batch: Batch = field(default_factory=lambda: NOTHING)
    _segments: Iterator[Segment] = field(default_factory=lambda: iter(()))
    _segment: Segment | None = None
    _at: int = 0  # index of the next event
    _session_ns: int = 0  # open of the session in hand

    @classmethod
    def of(cls, batches: Iterable[Batch], exchange: Exchange) -> "Market":
        """A market at the beginning of a tape."""
        return cls(batches=iter(batches), exchange=exchange)

    @property
    def next_event_ns(self) -> int:
        """When the tape's next event is, or FOREVER_NS at its end."""
        segment = self._next_segment()
        return FOREVER_NS if segment is None else int(self._batch["ts_ns"][self._at])

    @property
    def next_due_ns(self) -> int:
        """When something happens next: an event or a command's arrival; else FOREVER_NS."""
        return min(self.next_event_ns, self.exchange.next_arrival_ns)

    @property
    def has_ended(self) -> bool:
        """Whether the tape has no event left."""
        return self._next_segment() is None

    def advance(self, to_ns: int) -> Iterator[Step]:
        """Play up to and with `to_ns`; to be used up, since time passes with the steps."""
        assert to_ns >= self.now_ns, "time does not go back"
        while (segment := self._next_segment()) is not None:
            stop = bisect_right(self._batch["ts_ns"], to_ns, self._at, min(segment.stop, self._at + BATCH_MAX))
            if stop == self._at:
                break
            if segment.in_break:
                yield from self._pass_time(int(self._batch["ts_ns"][stop - 1]))
                self.exchange.begin_session(segment.session.break_ns)
                self._at = stop
            elif self.singly and not self.exchange.is_idle:
                yield from self._play(segment, self._at + 1)
                if self.next_event_ns <= to_ns:
                    return
            else:
                yield from self._play(segment, stop)
        yield from self._pass_time(to_ns)
        self.now_ns = to_ns

    def _play(self, segment: Segment, stop: int) -> Iterator[Step]:
        session = segment.session
        if session.open_ns != self._session_ns:
            yield from self._pass_time(int(self._batch["ts_ns"][self._at]))
            self._session_ns = session.open_ns
            self.exchange.begin_session(self.quotes_end_ns(session))
        if self.held or self.halts:
            yield from self._pass_time(int(self._batch["ts_ns"][stop - 1]))
            self._at = stop
            return
        start, self._at = self._at, stop
        yield from self._meet(self._batch, start, stop)

    def place(self, events: Batch) -> Iterator[Step]:
        """Play events that are not on the tape, stamped `now_ns`, while the market is open; to be used up."""
        yield from self._meet(events, 0, len(events))

    def _meet(self, batch: Batch, at: int, stop: int) -> Iterator[Step]:
        """Let the exchange meet events [at, stop)."""
        while True:
            start = at
            at, reports = self.exchange.advance(batch, start, stop)
            events = batch[start:at]
            if len(events):
                self.now_ns = int(events["ts_ns"][-1])
            if reports:
                self.now_ns = max(self.now_ns, reports[0].ts_ns)
            if len(events) or reports:
                yield Step(events=events, reports=reports, ts_ns=self.now_ns)
            if not reports:
                return

    def shift(self, by_ticks: int) -> None:
        """Move all prices of the tape from here on."""
        self._shift_ticks += by_ticks
        self._batch = self._batch.copy()  # it may be somebody else's
        shift(self._batch, by_ticks)  # what has passed too: `release` looks back at it

    def release(self, bid_ticks: int | None) -> None:
        """Let the tape go on, from where the bid has been put; None: there is no bid."""
        past = self._batch[: self._at]
        quoted = np.flatnonzero((past["kind"] == QUOTE) & (past["bid_size"] > 0))
        if self.held and len(quoted) and bid_ticks is not None:
            self.shift(bid_ticks - int(past["bid_ticks"][quoted[-1]]))
        self.held = False

    def _pass_time(self, to_ns: int) -> Iterator[Step]:
        """Let commands arrive that are due, with no event in between."""
        while (arrival_ns := self.exchange.next_arrival_ns) <= to_ns:
            self.now_ns = max(self.now_ns, arrival_ns)
            reports = self.exchange.arrive()
            if reports:
                yield Step(events=NOTHING, reports=reports, ts_ns=self.now_ns)
        self.now_ns = max(self.now_ns, to_ns)

    def _next_segment(self) -> Segment | None:
        """The segment that the next event lies in, or None behind the last event of all."""
        while self._segment is None or self._at >= self._segment.stop:
            self._segment = next(self._segments, None)
            if self._segment is None:
                batch = next(self.batches, None)
                if batch is None:
                    self._batch, self._at = NOTHING, 0
                    return None
                if self._shift_ticks:
                    batch = batch.copy()
                    shift(batch, self._shift_ticks)
                self._batch, self._at = batch, 0
                self._segments = self._calendar.segments(batch["ts_ns"])
        return self._segment


def shift(events: Batch, by_ticks: int) -> None:
    """Move prices in place; what is no price stays."""
    quotes, trades = events["kind"] == QUOTE, events["kind"] == TRADE
    for name in ("bid_ticks", "ask_ticks"):
        events[name][quotes | trades] += by_ticks
    events["price_ticks"][trades] += by_ticks
