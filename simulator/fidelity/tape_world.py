"""A tape and the exchange on it, played to an `ExchangeBroker`: what TWS and the market are to the live system."""

from collections.abc import Callable
from typing import Final

import numpy as np

from simulator.exchange.venue import Exchange
from simulator.fidelity.exchange_broker import ExchangeBroker
from simulator.tws.market import Market, Step
from system.domain import link_events as link
from system.domain.instrument import ContractMonth
from system.domain.road import QuoteTold, Record, Ticks, TradeTold
from system.domain.session import Calendar
from system.domain.ticks import QUOTE, TRADE, Batch

STREAMS: Final = ("Last", "BidAsk")


class TapeWorld:
    """See `simulator.tws.lockstep.Stepped`. The tape's own gaps and seeds travel as the events that they are."""

    def __init__(self, market: Market, *, month: ContractMonth, client_id: int, commission_cents: int) -> None:
        self.market = market
        self.clock: Callable[[], int] | None = None
        self.on_due: Callable[[], None] = lambda: None
        self._session_ns = 0  # open of the session in hand
        self._calendar = Calendar()
        self.broker = ExchangeBroker(
            market.exchange,
            month=month,
            client_id=client_id,
            commission_cents=commission_cents,
            clock=self._time_ns,
            on_due=lambda: self.on_due(),
        )

    def _time_ns(self) -> int:
        return self.market.now_ns if self.clock is None else self.clock()

    @property
    def exchange(self) -> Exchange:
        """Where orders are."""
        return self.market.exchange

    @property
    def now_ns(self) -> int:
        """How far the tape is."""
        return self.market.now_ns

    @property
    def next_ns(self) -> int:
        """When something happens next."""
        return self.market.next_due_ns

    @property
    def has_ended(self) -> bool:
        """Whether the tape has no event left."""
        return self.market.has_ended

    def step(self, to_ns: int) -> None:
        """Play up to and with `to_ns`: one packet."""
        records: list[Record] = []
        for step in self.market.advance(to_ns):
            self._take(step, records)
        self.broker.tell(records)

    def _take(self, step: Step, records: list[Record]) -> None:
        """In the order of METHOD.md 7: a fill is known before the event that made it is seen."""
        before = len(step.events)
        if step.reports and before and step.ts_ns == step.events["ts_ns"][-1]:
            before -= 1
        self._tell(step.events[:before], records)
        if step.reports:
            records += self.broker.heed(step.reports)
        self._tell(step.events[before:], records)

    def _tell(self, events: Batch, records: list[Record]) -> None:
        if not len(events):
            return
        stamp = self.broker.stamp
        session_ns = self._calendar.at(stamp["now_ns"]).open_ns
        if session_ns != self._session_ns:  # a market that trades says so before its first tick is acted on
            self._session_ns = session_ns
            records += [link.DataFlowing(**stamp, stream=stream) for stream in STREAMS]
        for number, row in enumerate(events.tolist()):
            _, _, _, price, size, bid, ask, bid_size, ask_size, kind, _ = row
            if kind == QUOTE:
                told = QuoteTold(**stamp, bid_ticks=bid, ask_ticks=ask, bid_size=bid_size, ask_size=ask_size)
                records.append(told)
            elif kind == TRADE:
                records.append(TradeTold(**stamp, price_ticks=price, size=size))
            else:
                batch = np.array(events[number : number + 1])
                records.append(Ticks(now_ns=stamp["now_ns"], batch=batch))
