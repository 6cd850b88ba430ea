"""Market data as TWS samples it, a few times a second, told as trades and quotes.

A trade stands for all that traded since the one before it: the day's volume, which comes with each (RTVolume:
`price;size;ms;volume;vwap;single`), says how much that was, so that none of it is lost; all of it counts at the last
price. A quote is what price and size of both sides are once a packet is over: sides come one after the other.
"""

from dataclasses import dataclass
from typing import Final

from system.broker.terms import contracts, ticks

RT_VOLUME: Final = 48
GENERIC_TICKS: Final = {"Last": "233", "BidAsk": ""}  # by stream, what to ask for beside the quote
BID, BID_SIZE, ASK, ASK_SIZE = "1", "0", "2", "3"
HALTED: Final = "49"


@dataclass(slots=True)
class Side:
    """As last told; 0 contracts where there is none."""

    ticks: int = 0
    size: int = 0


class Samples:
    """One sampled stream."""

    def __init__(self) -> None:
        self._sides = {BID: Side(), ASK: Side()}
        self._is_new = False
        self._volume = 0

    def price(self, kind: str, price: str, size: str) -> None:
        """A side's price, with its size."""
        if side := self._sides.get(kind):
            self._is_new = True
            side.ticks = side.size = 0  # whatever is wrong with the new one, the old one is over
            at_ticks = ticks(float(price))
            side.size = contracts(float(size)) if at_ticks else 0
            side.ticks = at_ticks

    def size(self, kind: str, size: str) -> None:
        """A side's size; its price stands."""
        if side := self._sides.get({BID_SIZE: BID, ASK_SIZE: ASK}.get(kind, "")):
            self._is_new = True
            side.size = 0
            side.size = contracts(float(size)) if side.ticks else 0

    def quote(self) -> tuple[int, int, int, int] | None:
        """Bid and ask in ticks, and their sizes, where something has changed since the last call."""
        if not self._is_new:
            return None
        self._is_new = False
        bid, ask = self._sides[BID], self._sides[ASK]
        return bid.ticks, ask.ticks, bid.size, ask.size

    def trade(self, value: str) -> tuple[int, int] | None:
        """Ticks and contracts of an RTVolume; None for the first, which may be of any time. Raises ValueError."""
        price, size, _, volume, *_ = value.split(";")
        at_ticks, last, total = ticks(float(price or 0)), contracts(float(size or 0)), contracts(float(volume))
        if not total:
            raise ValueError(f"a day's volume of {volume}")
        traded = max(last, total - self._volume) if self._volume else 0  # a day that begins anew has the last size
        self._volume = total
        return (at_ticks, traded) if at_ticks and traded else None
