"""One client's tick-by-tick subscriptions: every trade, every change of the quote or of its middle."""

from dataclasses import dataclass
from typing import Final

from simulator.tws.data import hours
from simulator.tws.data.asking import denied, resolve
from simulator.tws.data.bars import TICK
from simulator.tws.data.contracts import EXCHANGE
from simulator.tws.data.errors import invalid, refusal
from simulator.tws.data.played import Played
from simulator.tws.data.source import DataDesk
from simulator.tws.market_notices import TickByTickMid, TickByTickQuote, TickByTickTrade
from simulator.tws.notices import Error, Notice
from simulator.tws.requests import ReqTickByTick
from system.domain.settings import SECOND_NS
from system.domain.ticks import QUOTE, TRADE

TRADES: Final = ("Last", "AllLast")
KINDS: Final = (*TRADES, "BidAsk", "MidPoint")
ABSENT: Final = -1.0  # the price of a side that nobody quotes


@dataclass(slots=True)
class _Quotes:
    """A subscription to quotes, and what it was told last: bid, ask and sizes, or a middle in half ticks."""

    req_id: int
    middle: bool
    ignore_size: bool
    told: tuple[int, ...] = ()

    def tell(self, time_s: int, bid: int, ask: int, bid_size: int, ask_size: int) -> Notice | None:
        """The notice of a quote that shows something new."""
        has_bid, has_ask = bid_size > 0, ask_size > 0
        new: tuple[int, ...]
        if self.middle:
            new = (bid + ask,)
            if not (has_bid and has_ask) or self.told == new:
                return None
            self.told = new
            return TickByTickMid(req_id=self.req_id, time_s=time_s, mid=(bid + ask) * TICK / 2)
        bid_size, ask_size = bid_size if has_bid else 0, ask_size if has_ask else 0
        shown = (bid if has_bid else 0, ask if has_ask else 0, has_bid, has_ask)
        new = shown if self.ignore_size else (*shown, bid_size, ask_size)
        if new == self.told:
            return None
        self.told = new
        return TickByTickQuote(
            req_id=self.req_id,
            time_s=time_s,
            bid=bid * TICK if has_bid else ABSENT,
            ask=ask * TICK if has_ask else ABSENT,
            bid_size=bid_size,
            ask_size=ask_size,
        )


class TickByTick:
    """All of a client's."""

    def __init__(self, desk: DataDesk) -> None:
        self._desk = desk
        self._trades: dict[int, bool] = {}  # by request: whether it is for AllLast
        self._quotes: dict[int, _Quotes] = {}
        self._asked_ns: dict[tuple[int, str], int] = {}  # by contract and kind, when last
        self._renew_ns = 0  # from when on a quote is told anew, whatever was told last: the next session's open

    def __len__(self) -> int:
        return len(self._trades) + len(self._quotes)

    @property
    def req_ids(self) -> list[int]:
        return [*self._trades, *self._quotes]

    def ask(self, request: ReqTickByTick, now_ns: int) -> list[Notice]:
        """Subscribe. A quote is told at once, a trade when there is one; ticks of the past are not."""
        error = self._refuse(request, now_ns)
        if error is not None:
            return [error]
        self._desk.readers += 1
        if request.kind in TRADES:
            self._trades[request.req_id] = request.kind == "AllLast"
            return []
        quotes = _Quotes(request.req_id, request.kind == "MidPoint", request.ignore_size)
        self._quotes[request.req_id] = quotes
        self._renew_ns = self._renew_ns or hours.at(now_ns).session.reopen_ns
        board = self._desk.board
        if not (board.bid_size or board.ask_size):
            return []
        first = quotes.tell(now_ns // SECOND_NS, board.bid_ticks, board.ask_ticks, board.bid_size, board.ask_size)
        return [] if first is None else [first]

    def _refuse(self, request: ReqTickByTick, now_ns: int) -> Error | None:
        req_id, limits = request.req_id, self._desk.limits
        if req_id in self._trades or req_id in self._quotes:
            return refusal(req_id, "duplicate", "")
        if request.kind not in KINDS:
            return invalid(req_id, f"Tick-by-tick data type {request.kind} is not valid")
        listed = resolve(self._desk, req_id, request.contract, now_ns)
        if isinstance(listed, Error):
            return listed
        error = denied(self._desk, req_id, "tick_rights")
        if error is not None:
            return error
        key = (listed.con_id, request.kind)
        asked_ns = self._asked_ns.get(key)
        self._asked_ns[key] = now_ns
        too_soon = asked_ns is not None and now_ns - asked_ns < limits.tick_by_tick_every_ns
        if too_soon or len(self) >= limits.tick_by_tick:
            return refusal(req_id, "max_tick_by_tick")
        return None

    def cancel(self, req_id: int) -> list[Notice]:
        """Unsubscribe."""
        if req_id not in self._trades and req_id not in self._quotes:
            return [refusal(req_id, "unknown_ticker", req_id)]
        self._trades.pop(req_id, None)
        self._quotes.pop(req_id, None)
        self._desk.readers -= 1
        return []

    def close(self) -> None:
        """Forget all."""
        self._desk.readers -= len(self)
        self._trades.clear()
        self._quotes.clear()

    def tell(self, played: Played, start: int, stop: int, out: list[Notice]) -> None:
        """Add the notices of events [start, stop), in their order."""
        if not self._quotes:
            self._tell_trades(played, start, stop, out)
            return
        if start < stop and played.ts_ns[start] >= self._renew_ns:
            self._renew_ns = hours.at(played.ts_ns[start]).session.reopen_ns
            for subscription in self._quotes.values():
                subscription.told = ()
        kinds, times, prices, sizes = played.kind, played.ts_ns, played.price, played.size
        bids, asks, bid_sizes, ask_sizes = played.bid, played.ask, played.bid_size, played.ask_size
        trades, quotes = list(self._trades.items()), list(self._quotes.values())
        for i in range(start, stop):
            kind = kinds[i]
            if kind == QUOTE:
                for subscription in quotes:
                    notice = subscription.tell(times[i] // SECOND_NS, bids[i], asks[i], bid_sizes[i], ask_sizes[i])
                    if notice is not None:
                        out.append(notice)
            elif kind == TRADE and sizes[i] > 0:
                for req_id, all_last in trades:
                    out.append(_trade(req_id, all_last, times[i], prices[i], sizes[i]))

    def _tell_trades(self, played: Played, start: int, stop: int, out: list[Notice]) -> None:
        kinds, times, prices, sizes = played.kind, played.ts_ns, played.price, played.size
        trades = list(self._trades.items())
        out.extend(
            _trade(req_id, all_last, times[i], prices[i], sizes[i])
            for i in range(start, stop)
            if kinds[i] == TRADE and sizes[i] > 0
            for req_id, all_last in trades
        )


def _trade(req_id: int, all_last: bool, ts_ns: int, price: int, size: int) -> TickByTickTrade:
    return TickByTickTrade(
        req_id=req_id,
        all_last=all_last,
        time_s=ts_ns // SECOND_NS,
        price=price * TICK,
        size=size,
        exchange=EXCHANGE,
    )
