"""One client's market data: what it asks, and what it is told as the market goes on."""

from typing import Any

import numpy.typing as npt

from simulator.tws import requests as ask
from simulator.tws.data.depth import Depths
from simulator.tws.data.errors import invalid
from simulator.tws.data.historical import Historical
from simulator.tws.data.lookups import look_up
from simulator.tws.data.past_ticks import past_ticks
from simulator.tws.data.played import FOREVER_NS
from simulator.tws.data.quotes import TYPES, Quotes
from simulator.tws.data.real_time_bars import RealTimeBars
from simulator.tws.data.source import NOTHING, DataDesk
from simulator.tws.data.tick_by_tick import TickByTick
from simulator.tws.notices import NO_ID, Notice


class Feed:
    """Subscriptions of one client. The desk takes each step first, then each feed the same."""

    def __init__(self, desk: DataDesk) -> None:
        self._desk = desk
        self.quotes = Quotes(desk)
        self.ticks = TickByTick(desk)
        self.bars = RealTimeBars(desk)
        self.history = Historical(desk)
        self.depth = Depths(desk)

    def ask(self, request: ask.Request, now_ns: int) -> list[Notice]:
        """Answer a request for contracts or market data; any other kind is a mistake of the caller."""
        match request:
            case ask.ReqMktData():
                return self.quotes.ask(request, now_ns)
            case ask.CancelMktData():
                return self.quotes.cancel(request.req_id)
            case ask.ReqMarketDataType():
                if request.data_type not in TYPES:
                    return [invalid(NO_ID, f"Market data type {request.data_type} is not valid")]
                self.quotes.data_type = request.data_type
                return []
            case ask.ReqTickByTick():
                return self.ticks.ask(request, now_ns)
            case ask.CancelTickByTick():
                return self.ticks.cancel(request.req_id)
            case ask.ReqRealTimeBars():
                return self.bars.ask(request, now_ns)
            case ask.CancelRealTimeBars():
                return self.bars.cancel(request.req_id)
            case ask.ReqMktDepth():
                return self.depth.ask(request, now_ns)
            case ask.CancelMktDepth():
                return self.depth.cancel(request.req_id)
            case ask.ReqHistoricalData():
                return self.history.ask(request, now_ns)
            case ask.CancelHistoricalData():
                return self.history.cancel(request.req_id)
            case ask.ReqHistoricalTicks():
                return past_ticks(self._desk, request, now_ns)
            case _:
                return look_up(self._desk, request, now_ns)

    def take(self, events: npt.NDArray[Any], now_ns: int) -> list[Notice]:
        """What a step says to the client, in the order of the tape; the desk has taken it."""
        played = self._desk.played
        assert played.now_ns == now_ns, "the desk takes a step before its feeds"
        out: list[Notice] = []
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
        if start < stop:
            if len(self.ticks):
                self.ticks.tell(self._desk.played, start, stop, out)
            if tells_trades:
                self.quotes.tell(self._desk.played, start, stop, out)

    def clock(self, now_ns: int) -> list[Notice]:
        """What time alone has brought; the desk has taken it."""
        return self.take(NOTHING, now_ns)

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
