"""Measures of the best quotes: spread, queues, how they change, and what their imbalance says of the next move."""

from itertools import pairwise
from typing import Any, Final

import numpy as np

from simulator.facts.pools import Array, Histogram, Share, ratio
from simulator.facts.stretch import Stretch
from system.domain.session import HOUR_NS

SPREADS: Final = (1, 2, 3, 4, 5)  # ticks
QUEUE_EDGES: Final = (1, 2, 3, 5, 7, 10, 15, 20, 30, 50, 70, 100, 150, 200, 300, 500, 700, 1000, 2000)
QUINTILES: Final = 5
QUANTILES: Final = (10, 50, 90, 99)


class Quotes:
    """What is measured of the quotes of one segment of the day. Time-weighted: a quote holds until the next."""

    def __init__(self) -> None:
        self.count = 0
        self.hours = 0.0
        self.spread = Histogram()
        self.queues = {"bid": Histogram(), "ask": Histogram()}
        self.size_only, self.reversals = Share(), Share()
        self.moves = 0
        self.up = np.zeros(QUINTILES)
        self.followed = np.zeros(QUINTILES)
        self.seen = np.zeros(QUINTILES)

    def add(self, stretch: Stretch) -> None:
        """Add one stretch; its last quote holds until its last event."""
        quotes, mid = stretch.quotes, stretch.mid_ticks
        self.hours += (stretch.end_ns - stretch.begin_ns) / HOUR_NS
        self.count += len(mid)
        held_s = np.diff(quotes["ts_ns"], append=stretch.end_ns) / 1e9
        self.spread.add(quotes["ask_ticks"] - quotes["bid_ticks"], held_s)
        for side, queue in self.queues.items():
            queue.add(quotes[f"{side}_size"], held_s)
        same = (np.diff(quotes["bid_ticks"]) == 0) & (np.diff(quotes["ask_ticks"]) == 0)
        self.size_only.add(same)
        changes = np.diff(mid)
        moves = changes[changes != 0]
        self.moves += len(moves)
        self.reversals.add(moves[1:] * moves[:-1] < 0)
        self._add_imbalance(quotes["bid_size"], quotes["ask_size"], changes)

    def _add_imbalance(self, bids: Array, asks: Array, changes: Array) -> None:
        imbalance = (bids - asks) / (bids + asks.astype(np.float64))
        quintile = np.minimum(((imbalance + 1) / 0.4).astype(np.int64), QUINTILES - 1)
        self.seen += np.bincount(quintile, minlength=QUINTILES)
        at = np.flatnonzero(changes)
        if len(at):
            followed = quintile[: at[-1] + 1]  # a move follows these
            up = changes[at[np.searchsorted(at, np.arange(len(followed)))]] > 0
            self.followed += np.bincount(followed, minlength=QUINTILES)
            self.up += np.bincount(followed, up, minlength=QUINTILES)

    def end_session(self) -> None:
        """Nothing is held back until then."""

    def counted(self) -> dict[str, int]:
        """How much each kind of figure rests on."""
        return {"quotes": self.count, "mid_moves": self.moves, "quintile_quotes": int(self.followed.min())}

    def next_up(self) -> list[float | None]:
        """By quintile of imbalance (-1 to 1): how often the next move of the mid is up."""
        return [ratio(float(up), float(all_)) for up, all_ in zip(self.up, self.followed, strict=True)]

    def values(self) -> dict[str, float | None]:
        """Figures by the keys of the catalogue."""
        next_up = self.next_up()
        known = [share for share in next_up if share is not None]
        rises = all(low < high for low, high in pairwise(known))
        return {
            **{f"spread_{ticks}": self.spread.share(ticks) for ticks in SPREADS[:3]},
            "size_only": self.size_only.value,
            "mid_moves_per_hour": self.moves / self.hours if self.hours else None,
            "mid_reversal": self.reversals.value,
            **{
                f"{side}_size_p{quantile}": queue.weighted_quantile(quantile / 100)
                for side, queue in self.queues.items()
                for quantile in QUANTILES
            },
            **{f"{side}_size_mean": queue.mean for side, queue in self.queues.items()},
            "next_up_rises": float(rises) if len(known) == QUINTILES else None,
            **{f"next_up_{number}": share for number, share in enumerate(next_up, 1)},
            **{
                f"imbalance_{number}": ratio(float(seen), float(self.seen.sum()))
                for number, seen in enumerate(self.seen, 1)
            },
        }

    def curves(self) -> dict[str, Any]:
        """What the page draws."""
        both = Histogram()
        both.weights = self.queues["bid"].weights + self.queues["ask"].weights
        return {
            "spread": {"ticks": list(SPREADS), "share": [self.spread.share(ticks) for ticks in SPREADS]},
            "queue_size": {"contracts": list(QUEUE_EDGES), "share": both.binned(QUEUE_EDGES)},
            "next_up": {
                "imbalance": [-0.8, -0.4, 0.0, 0.4, 0.8],
                "share": self.next_up(),
                "weight": [ratio(float(seen), float(self.seen.sum())) for seen in self.seen],
            },
        }
