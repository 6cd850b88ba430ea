"""One client's market data: what it asks, and what it is told as the market goes on."""

from collections.abc import Callable
from functools import partial
from typing import Any

from simulator.tws import requests
from simulator.tws.data.depth import Depths
from simulator.tws.data.errors import invalid, refusal
from simulator.tws.data.historical import Historical
from simulator.tws.data.lookups import look_up
from simulator.tws.data.past_ticks import past_ticks
from simulator.tws.data.quotes import TYPES, Quotes
from simulator.tws.data.real_time_bars import RealTimeBars
from simulator.tws.data.source import DataDesk
from simulator.tws.data.tick_by_tick import TickByTick
from simulator.tws.notices import NO_ID, Error, Notice
from system.domain.settings import FOREVER_NS


class Feed:
    """Subscriptions of one client. The desk takes each step first, then each feed the same."""

    def __init__(self, desk: DataDesk) -> None:
        self._desk = desk
        self.quotes = Quotes(desk)
        self.ticks = TickByTick(desk)
        self.bars = RealTimeBars(desk)
        self.history = Historical(desk)
        self.depth = Depths(desk)
        self._answers: dict[type, Callable[[Any, int], list[Notice]]] = {
            requests.ReqMktData: lambda request, now_ns: self.quotes.ask(request, now_ns, len(self.bars)),
            requests.CancelMktData: lambda request, _: self.quotes.cancel(request.req_id),
            requests.ReqMarketDataType: self._switch,
            requests.ReqTickByTick: self.ticks.ask,
            requests.CancelTickByTick: lambda request, _: self.ticks.cancel(request.req_id),
            requests.ReqRealTimeBars: lambda request, now_ns: self.bars.ask(request, now_ns, len(self.quotes)),
            requests.CancelRealTimeBars: lambda request, _: self.bars.cancel(request.req_id),
            requests.ReqMktDepth: self.depth.ask,
            requests.CancelMktDepth: lambda request, _: self.depth.cancel(request.req_id),
            requests.ReqHistoricalData: self.history.ask,
            requests.CancelHistoricalData: lambda request, _: self.history.cancel(request.req_id),
            requests.ReqHistoricalTicks: partial(past_ticks, desk),
        }

    def ask(self, request: requests.Request, now_ns: int) -> list[Notice]:
        """Answer a request for contracts or market data; any other kind is a mistake of the caller."""
        answer = self._answers.get(type(request))
        return look_up(self._desk, request, now_ns) if answer is None else answer(request, now_ns)

    def _switch(self, request: requests.ReqMarketDataType, _: int) -> list[Notice]:
        if request.data_type not in TYPES:
            return [invalid(NO_ID, f"Market data type {request.data_type} is not valid")]
        self.quotes.data_type = request.data_type
        return []

    def take(self, now_ns: int) -> list[Notice]:
        """What a step says to the client, in the order of the tape; the desk has taken it."""
        played = self._desk.played
        assert played.now_ns == now_ns, "the desk takes a step before its feeds"
        out: list[Notice] = []
        if self._desk.limits.entitlement == "competing":
            return out
        done, tells_trades = 0, self.quotes.wants_trades
        for sample in played.samples:
            self._tell(done, sample.events, tells_trades, out)
            done = sample.events
            self.quotes.sample(sample, out)
            self.depth.sample(sample, out)
            self.bars.sample(sample, out)
            self.history.sample(sample, out)
        self._tell(done, len(played.ts_ns), tells_trades, out)
        return out

    def _tell(self, start: int, stop: int, tells_trades: bool, out: list[Notice]) -> None:
        """Tell of events [start, stop); in their order also where a trade is told in two ways."""
        played = self._desk.played
        if not tells_trades:
            if len(self.ticks):
                self.ticks.tell(played, start, stop, out)
        elif len(self.ticks):
            for one in range(start, stop):
                self.ticks.tell(played, one, one + 1, out)
                self.quotes.tell(played, one, one + 1, out)
        else:
            self.quotes.tell(played, start, stop, out)

    def interrupted(self) -> list[Error]:
        """What to say for each subscription to live data when another session takes the data away."""
        return [refusal(req_id, "competing") for req_id in (*self.quotes.req_ids, *self.ticks.req_ids)]

    def tell_halted(self) -> list[Notice]:
        """Whether trading is halted."""
        return self.quotes.tell_halted()

    @property
    def next_due_ns(self) -> int:
        """When time alone brings something to tell, at the latest."""
        if len(self.quotes) or len(self.depth):
            return self._desk.next_sample_ns
        return self._desk.next_bar_ns if len(self.bars) or len(self.history) else FOREVER_NS

    def close(self) -> None:
        """The client is gone."""
        for part in (self.quotes, self.ticks, self.bars, self.history, self.depth):
            part.close()
