"""What all clients' market data is made of: one board, one history, one set of limits."""

from dataclasses import dataclass, field
from typing import Any, Final

import numpy.typing as npt

from simulator.tws.data import hours
from simulator.tws.data.bars import RawBar, What
from simulator.tws.data.board import Board
from simulator.tws.data.contracts import Listing, listed
from simulator.tws.data.history import History
from simulator.tws.data.limits import Limits, Pacing
from simulator.tws.data.played import BAR_NS, Played, Sampler, columns
from system.domain.ticks import empty_batch

NOTHING: Final = empty_batch(0)


@dataclass(slots=True)
class DataDesk:
    """Takes each step once; clients' feeds then read `played`."""

    limits: Limits = field(default_factory=Limits)
    history: History = field(default_factory=History)
    readers: int = 0  # how many subscriptions read columns
    watchers: int = 0  # how many look at samples
    halts: int = 0  # of the market, that last
    played: Played = field(default_factory=lambda: Played(0))
    pacing: Pacing = field(init=False)
    _fives: dict[tuple[What, int], RawBar | None] = field(default_factory=dict)
    _sampler: Sampler = field(default_factory=Sampler)

    def __post_init__(self) -> None:
        self.pacing = Pacing(self.limits)

    @property
    def board(self) -> Board:
        """The board as it stands."""
        return self._sampler.board

    @property
    def halted(self) -> bool:
        """Whether trading is halted."""
        return self.halts > 0

    def take(self, events: npt.NDArray[Any], now_ns: int) -> None:
        """Take a step's events, of one session, and time up to `now_ns`."""
        self.history.take(events)
        self._fives.clear()
        if self.watchers:
            self.played = columns(events, now_ns)
            self._sampler.walk(self.played)
        else:
            self.played = columns(events, now_ns) if self.readers else Played(now_ns)
            self._sampler.skip(events, now_ns)

    def clock(self, now_ns: int) -> None:
        """Take time up to `now_ns` with no event in it."""
        self.take(NOTHING, now_ns)

    @property
    def next_sample_ns(self) -> int:
        """When time alone brings the next sample of the board."""
        return self._sampler.next_sample_ns

    @property
    def next_bar_ns(self) -> int:
        """When time alone ends the next five seconds of trading."""
        return self._sampler.next_bar_ns

    def five_seconds(self, what: What, start_ns: int) -> RawBar | None:
        """The bar of the five seconds from `start_ns` on, the same for all clients."""
        key = what, start_ns
        if key not in self._fives:
            found = self.history.bars(hours.at(start_ns), what, 5, start_ns, start_ns + BAR_NS)
            self._fives[key] = found[0][1] if found else None
        return self._fives[key]

    def listing(self, now_ns: int) -> Listing:
        """What is listed at the time."""
        return listed(hours.trading_day(now_ns))
