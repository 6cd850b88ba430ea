"""What a quote board shows: the touch, and the session's trades so far."""

from dataclasses import dataclass
from typing import Any, Final

import numpy.typing as npt

from system.domain.ticks import GAP, QUOTE, TRADE

FEW: Final = 48  # events up to which a loop is faster than array calls


@dataclass(slots=True)
class Board:
    """Prices in ticks; a size of 0: that side is absent. Before the session's first trade its volume is 0."""

    bid_ticks: int = 0
    ask_ticks: int = 0
    bid_size: int = 0
    ask_size: int = 0
    last_ticks: int = 0
    last_size: int = 0
    last_ns: int = 0  # of the last trade, ever; 0: none yet
    open_ticks: int = 0
    high_ticks: int = 0
    low_ticks: int = 0
    volume: int = 0
    price_size: int = 0  # sum of price x size over the session's trades
    close_ticks: int = 0  # the last price of the session before
    close_known: bool = False
    final_sizes: tuple[int, int] = (0, 0)  # of bid and ask when the session ended

    def see(self, events: npt.NDArray[Any]) -> None:
        """Take events of one session."""
        if len(events) <= FEW:
            for ts_ns, _, _, price, size, bid, ask, bid_size, ask_size, kind, _ in events.tolist():
                self.see_one(ts_ns, kind, price, size, bid, ask, bid_size, ask_size)
            return
        kinds = events["kind"]
        quotes = events[(kinds == QUOTE) | (kinds == GAP)]
        if len(quotes):
            self.bid_size, self.ask_size = (max(0, int(quotes[name][-1])) for name in ("bid_size", "ask_size"))
            bids, asks = quotes["bid_ticks"][quotes["bid_size"] > 0], quotes["ask_ticks"][quotes["ask_size"] > 0]
            self.bid_ticks = int(bids[-1]) if len(bids) else self.bid_ticks
            self.ask_ticks = int(asks[-1]) if len(asks) else self.ask_ticks
        trades = events[(kinds == TRADE) & (events["size"] > 0)]
        if len(trades):
            prices, sizes = trades["price_ticks"].astype("i8"), trades["size"].astype("i8")
            self.trade(int(trades["ts_ns"][0]), int(prices[0]), int(sizes[0]))
            self.high_ticks = max(int(prices.max()), self.high_ticks)
            self.low_ticks = min(int(prices.min()), self.low_ticks)
            self.volume += int(sizes[1:].sum())
            self.price_size += int((prices[1:] * sizes[1:]).sum())
            self.last_ticks, self.last_size = int(prices[-1]), int(sizes[-1])
            self.last_ns = int(trades["ts_ns"][-1])

    def see_one(
        self, ts_ns: int, kind: int, price: int, size: int, bid: int, ask: int, bid_size: int, ask_size: int
    ) -> None:
        """Take one event by its columns. A gap shows no sizes: behind it nothing is known of the touch."""
        if kind == TRADE:
            if size > 0:
                self.trade(ts_ns, price, size)
        elif kind in (QUOTE, GAP):
            self.quote(bid, ask, bid_size, ask_size)

    def quote(self, bid: int, ask: int, bid_size: int, ask_size: int) -> None:
        """Take a quote. The price of an absent side stays what it was."""
        self.bid_size, self.ask_size = max(0, bid_size), max(0, ask_size)
        if bid_size > 0:
            self.bid_ticks = bid
        if ask_size > 0:
            self.ask_ticks = ask

    def trade(self, ts_ns: int, price: int, size: int) -> None:
        """Take a valid trade."""
        if not self.volume:
            self.open_ticks = self.high_ticks = self.low_ticks = price
        elif price > self.high_ticks:
            self.high_ticks = price
        elif price < self.low_ticks:
            self.low_ticks = price
        self.volume += size
        self.price_size += price * size
        self.last_ticks, self.last_size, self.last_ns = price, size, ts_ns

    def end_session(self) -> None:
        """Nobody quotes any more."""
        self.final_sizes = self.bid_size, self.ask_size
        self.bid_size = self.ask_size = 0

    def begin_session(self) -> None:
        """A new session's trades are counted anew; the last price stands, and is the close of the session before."""
        if self.last_ns:
            self.close_ticks, self.close_known = self.last_ticks, True
        self.bid_size = self.ask_size = self.volume = self.price_size = 0
