"""The state that every valid trade updates (METHOD 3). Volumes are kept in tenths of a contract."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from itertools import pairwise

from tests.reference.events import Trade
from tests.reference.quotes import Quote

LOOK_BACK = 20  # price changes in `trend` and `momentum`


@dataclass(frozen=True, slots=True)
class Volumes:
    """What one trade adds to the two sides, in tenths of a contract."""

    buys: int
    sells: int


class Flow:
    """VWAP, sides, window and trend of one session."""

    def __init__(self, window_trades: int, aggressor: str) -> None:
        self._aggressor = aggressor
        self._window: deque[Volumes] = deque(maxlen=window_trades)
        self._prices: deque[int] = deque(maxlen=LOOK_BACK + 1)
        self.restart()

    def restart(self) -> None:
        """A session begins."""
        self.vwap: tuple[int, int] = (0, 0)  # sum of price x size, sum of size
        self.vwap_before: tuple[int, int] = (0, 0)  # the same at the previous trade, or as seeded
        self.gap()

    def gap(self) -> None:
        self._window.clear()
        self._prices.clear()
        self._last_change = 0
        self.trades = 0  # of the session, or since a gap

    def seed(self, price_size: int, size: int) -> None:
        self.vwap = (price_size, size)

    def see(self, trade: Trade, quote: Quote | None) -> Volumes:
        """Takes in a valid trade; `quote` prevails at it."""
        change = trade.price - self._prices[-1] if self._prices else 0
        if change != 0:
            self._last_change = 1 if change > 0 else -1
        volumes = self._split(trade, change) if self._aggressor == "split" else self._whole(trade, quote)
        self._window.append(volumes)
        self._prices.append(trade.price)
        self.trades += 1
        self.vwap_before = self.vwap
        self.vwap = (self.vwap[0] + trade.price * trade.size, self.vwap[1] + trade.size)
        return volumes

    def _side(self, price: int, quote: Quote | None) -> int:
        if quote is not None and price >= quote.ask:
            return 1
        if quote is not None and price <= quote.bid:
            return -1
        return self._last_change

    def _whole(self, trade: Trade, quote: Quote | None) -> Volumes:
        side = self._side(trade.price, quote)
        return Volumes(10 * trade.size if side > 0 else 0, 10 * trade.size if side < 0 else 0)

    @staticmethod
    def _split(trade: Trade, change: int) -> Volumes:
        if change > 0:
            return Volumes(6 * trade.size, 4 * trade.size)
        if change < 0:
            return Volumes(4 * trade.size, 6 * trade.size)
        return Volumes(5 * trade.size, 5 * trade.size)

    @property
    def buys_tenths(self) -> int:
        return sum(volumes.buys for volumes in self._window)

    @property
    def sells_tenths(self) -> int:
        return sum(volumes.sells for volumes in self._window)

    @property
    def trend(self) -> float:
        if len(self._prices) <= LOOK_BACK:
            return 0.0
        prices = list(self._prices)
        moved = sum(abs(later - earlier) for earlier, later in pairwise(prices))
        return (prices[-1] - prices[0]) / moved if moved else 0.0

    @property
    def momentum_ticks(self) -> int:
        """Price minus the price 20 trades ago; 0 if there are fewer."""
        return self._prices[-1] - self._prices[0] if len(self._prices) > LOOK_BACK else 0

    @property
    def vwap_rises(self) -> bool:
        """VWAP is above VWAP as computed at the previous trade, exactly; False where there was none."""
        now, before = self.vwap, self.vwap_before
        return before[1] > 0 and now[1] > 0 and now[0] * before[1] > before[0] * now[1]
