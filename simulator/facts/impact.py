"""What a trade does to the mid price: how far it has gone with the trade's side some time later."""

from typing import Any, Final

import numpy as np

from simulator.facts.pools import Moments
from simulator.facts.stretch import Stretch
from system.domain.settings import SECOND_NS

HORIZONS_S: Final = (0.0, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0, 60.0)
NAMED: Final = {"0": 0.0, "10ms": 0.01, "100ms": 0.1, "1s": 1.0, "10s": 10.0, "60s": 60.0}


class Impact:
    """Of trades with a known side that carry the quote before them."""

    def __init__(self) -> None:
        self.moves = {horizon: Moments() for horizon in HORIZONS_S}
        self.effective = Moments()

    def add(self, stretch: Stretch) -> None:
        """Add one stretch. A trade so late that its horizon lies beyond the end does not count for that horizon."""
        prints = stretch.prints
        usable = (prints["side"] != 0) & (prints["bid_size"] > 0) & (prints["ask_size"] > 0)
        usable &= prints["bid_ticks"] < prints["ask_ticks"]
        ts_ns, side = prints["ts_ns"][usable], prints["side"][usable].astype(np.float64)
        before = (prints["bid_ticks"][usable] + prints["ask_ticks"][usable]) / 2.0
        self.effective.add(2 * side * (prints["price_ticks"][usable] - before))
        quote_ns, mid = stretch.quotes["ts_ns"], stretch.mid_ticks
        for horizon, moves in self.moves.items():
            at_ns = ts_ns + round(horizon * SECOND_NS)
            stop = int(np.searchsorted(at_ns, stretch.end_ns, "right"))
            quote = np.searchsorted(quote_ns, at_ns[:stop], "right") - 1
            start = int(np.searchsorted(quote, 0))  # before the first quote nothing is known
            moves.add(side[start:stop] * (mid[quote[start:]] - before[start:stop]))

    def end_session(self) -> None:
        """Nothing is held back until then."""

    def counted(self) -> dict[str, int]:
        """How much each kind of figure rests on."""
        return {"impacts": self.moves[0.1].count}

    def values(self) -> dict[str, float | None]:
        """Figures by the keys of the catalogue, in ticks."""
        return {
            "effective_spread": self.effective.mean,
            **{f"impact_{name}": self.moves[horizon].mean for name, horizon in NAMED.items()},
        }

    def curves(self) -> dict[str, Any]:
        """What the page draws."""
        return {"impact": {"seconds": list(HORIZONS_S), "ticks": [moves.mean for moves in self.moves.values()]}}
