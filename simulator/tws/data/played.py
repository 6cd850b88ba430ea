"""What one stretch of time brought, as clients' subscriptions read it: events in columns, and samples of the board.

Samples lie on a grid of simulated time, so that what a client is told does not depend on how the tape was cut. The one
at time g knows the events earlier than g.
"""

from copy import copy
from dataclasses import dataclass, field
from typing import Any, Final

import numpy.typing as npt

from simulator.tws.data import hours
from simulator.tws.data.board import Board
from system.domain.settings import FOREVER_NS, SECOND_NS
from system.domain.ticks import TRADE

SAMPLE_NS: Final = SECOND_NS // 4
BAR_NS: Final = 5 * SECOND_NS


@dataclass(frozen=True, slots=True)
class Sample:
    """The board at `at_ns`, behind the first `events` events. `bar`: five seconds of trading end here."""

    at_ns: int
    events: int
    board: Board
    bar: bool


@dataclass(slots=True)
class Played:
    """Columns of equal length, the samples in order, and the session's volume and price x size behind each trade."""

    now_ns: int
    ts_ns: list[int] = field(default_factory=list)
    kind: list[int] = field(default_factory=list)
    price: list[int] = field(default_factory=list)
    size: list[int] = field(default_factory=list)
    bid: list[int] = field(default_factory=list)
    ask: list[int] = field(default_factory=list)
    bid_size: list[int] = field(default_factory=list)
    ask_size: list[int] = field(default_factory=list)
    samples: list[Sample] = field(default_factory=list)
    sums: dict[int, tuple[int, int]] = field(default_factory=dict)


def columns(events: npt.NDArray[Any], now_ns: int) -> Played:
    """The events of a step, without samples."""
    return Played(
        now_ns,
        *(
            events[name].tolist()
            for name in ("ts_ns", "kind", "price_ticks", "size", "bid_ticks", "ask_ticks", "bid_size", "ask_size")
        ),
    )


class Sampler:
    """Walks the board through the events, and takes the samples."""

    def __init__(self) -> None:
        self.board = Board()
        self._next_ns = 0  # of the grid
        self._changed = False  # since the last sample
        self._session_ns = 0
        self._close_ns = 0  # when the board's quotes end; 0: they have

    def skip(self, events: npt.NDArray[Any], now_ns: int) -> None:
        """Take events of one session, and time up to `now_ns`, with nobody looking."""
        if len(events):
            self._enter(int(events["ts_ns"][0]))
            self.board.see(events)
        self._end_quotes(now_ns)
        self._changed = True
        self._next_ns = now_ns // SAMPLE_NS * SAMPLE_NS + SAMPLE_NS

    def walk(self, played: Played) -> None:
        """The same, with the samples and sums put into `played`."""
        if played.ts_ns:
            self._reach(played.ts_ns[0], played, 0)
            self._enter(played.ts_ns[0])
        see_one, board, sums = self.board.see_one, self.board, played.sums
        rows = zip(
            *(played.ts_ns, played.kind, played.price, played.size),
            *(played.bid, played.ask, played.bid_size, played.ask_size),
            strict=True,
        )
        for number, row in enumerate(rows):
            if row[0] >= self._next_ns:
                self._reach(row[0], played, number)
            see_one(*row)
            self._changed = True
            if row[1] == TRADE:
                sums[number] = (board.volume, board.price_size)
        self._reach(played.now_ns, played, len(played.ts_ns))

    @property
    def next_sample_ns(self) -> int:
        """When the next sample is due that time alone brings: at once if the board has changed, else as for bars."""
        return self._next_ns if self._changed else self.next_bar_ns

    @property
    def next_bar_ns(self) -> int:
        """When the next five seconds of trading end, at the latest with the session; FOREVER_NS while closed."""
        if not self._close_ns:
            return FOREVER_NS
        return min(self._close_ns, -(-self._next_ns // BAR_NS) * BAR_NS)

    def _enter(self, ts_ns: int) -> None:
        """Begin the session of `ts_ns`, if it is another."""
        day = hours.at(ts_ns)
        if day.session.open_ns != self._session_ns:
            self._session_ns = day.session.open_ns
            self._close_ns = day.quotes_end_ns
            self.board.begin_session()
            self._changed = True

    def _end_quotes(self, now_ns: int) -> None:
        if self._close_ns and now_ns >= self._close_ns:
            self._close_ns = 0
            self.board.end_session()
            self._changed = True

    def _reach(self, to_ns: int, played: Played, events: int) -> None:
        """Take the samples up to and with `to_ns`: those that show something new, and each five seconds while open."""
        while self._next_ns <= to_ns:
            at_ns = self._next_ns
            bar = self._close_ns > 0 and at_ns % BAR_NS == 0
            self._end_quotes(at_ns)
            if self._changed or bar:
                played.samples.append(Sample(at_ns, events, copy(self.board), bar))
                self._changed = False
            self._next_ns = (at_ns if self._close_ns else to_ns // SAMPLE_NS * SAMPLE_NS) + SAMPLE_NS
