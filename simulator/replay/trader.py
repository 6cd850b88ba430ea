"""One profile on a tape: confluence, gate and exchange in the order of METHOD.md 7, visiting only what matters.

Between two interesting events (a signal, an arrival, a fill, a clock mark) the kernels run through the batch.
"""

from collections.abc import Iterator, Sequence
from time import perf_counter
from typing import Final, Literal

from simulator.exchange.book import OrderType
from simulator.exchange.orders import Canceled, Filled, Order, Report
from simulator.exchange.venue import Exchange
from simulator.replay.ledger import Ledger
from simulator.replay.result import Result, Rows
from system.domain.bracket import Phase
from system.domain.confluence import Confluence
from system.domain.instrument import ContractMonth
from system.domain.position import Fill, Reason
from system.domain.risk import ExitAtMarket, Risk, SignalFound, SubmitBracket
from system.domain.session import Calendar, Segment
from system.domain.settings import Settings
from system.domain.ticks import Batch

ROLES: Final = 4  # order ids of a bracket: 4g entry, 4g+1 stop, 4g+2 target, 4g+3 exit at market
ENTRY, STOP, TARGET, EXIT = range(ROLES)


def _signals(rows: Rows) -> Iterator[tuple[int, SignalFound, float, Sequence[float]]]:
    """Each signal's index in its batch, what the gate is told of it, its score and its features."""
    found = map(SignalFound, *(rows[name].tolist() for name in SignalFound._fields))
    return zip(rows["index"].tolist(), found, rows["score"].tolist(), rows["features"].tolist(), strict=True)


class Trader:
    """Takes batches in tape order; `result` may be asked for at any time."""

    def __init__(self, settings: Settings, contract_month: ContractMonth | None, *, with_curves: bool) -> None:
        self._settings = settings
        self._calendar = Calendar(settings.closures)
        self._confluence = Confluence(settings)
        self._exchange = Exchange(latency_ns=settings.order_latency_ns)
        self._risk = Risk(settings, self._calendar, contract_month)
        self._session_ns: int | None = None  # open of the session in hand
        self._bracket = 0  # the group of the current bracket
        self._side = 0  # of its entry
        self._exit_reason: Reason = "flatten"
        self._ledger = Ledger(settings, with_curves=with_curves)
        self.outcome = self._ledger.outcome

    def change_contract(self, contract_month: ContractMonth | None) -> None:
        """Go on in another contract: its prices are another series, so its session begins anew. Only while flat."""
        assert self.is_flat
        assert self._exchange.is_idle
        self._risk.change_contract(contract_month)
        self._session_ns = None

    def take(self, batch: Batch) -> None:
        """Replay a batch."""
        began = perf_counter()
        for segment in self._calendar.segments(batch["ts_ns"]):
            self._take_segment(batch, segment)
        self.outcome.run_s += perf_counter() - began

    def _take_segment(self, batch: Batch, segment: Segment) -> None:
        if segment.in_break:  # its events let what is due act, and are ignored otherwise
            self._pass_time(int(batch["ts_ns"][segment.stop - 1]))
            self._exchange.begin_session(segment.session.break_ns)
            return
        if segment.session.open_ns != self._session_ns:
            self._pass_time(int(batch["ts_ns"][segment.start]))
            self._session_ns = segment.session.open_ns
            self._confluence.begin_session()
            self._exchange.begin_session(segment.session.break_ns)
        position = segment.start
        for reading in self._confluence.read(batch, segment.start, segment.stop):
            self._ledger.read(reading)
            for index, signal, score, features in _signals(reading.signals):
                if not self._exchange.is_idle:  # an idle one may fall behind: nothing of ours can fill
                    self._meet(batch, position, index + 1)
                    position = index + 1
                self._judge(signal, score, features)
            self._meet(batch, position, reading.stop)
            position = reading.stop

    # time

    def _meet(self, batch: Batch, start: int, stop: int) -> None:
        """Let orders meet events [start, stop), with what arrives and what the clock makes due in between."""
        while True:
            due_ns = self._risk.flatten_due_ns
            start, reports = self._exchange.advance(batch, start, stop, due_ns)
            if reports:
                self._heed(reports)
            elif start == stop:
                return
            else:
                self._send(self._risk.flatten(), due_ns)

    def _pass_time(self, ts_ns: int) -> None:
        """Let arrive and become due whatever does up to `ts_ns`, with no event in between."""
        while True:
            due_ns, arrival_ns = self._risk.flatten_due_ns, self._exchange.next_arrival_ns
            if min(due_ns, arrival_ns) > ts_ns:
                return
            if arrival_ns <= due_ns:
                self._heed(self._exchange.arrive())
            else:
                self._send(self._risk.flatten(), due_ns)

    # decisions

    def _judge(self, signal: SignalFound, score: float, features: Sequence[float]) -> None:
        outcome, command = self._risk.judge(signal)
        self._ledger.judged(signal, score, features, outcome)
        if command is not None:
            self._send(command, signal.ts_ns)

    def _send(self, command: SubmitBracket | ExitAtMarket, now_ns: int) -> None:
        if isinstance(command, ExitAtMarket):
            self._exit_reason = command.reason
            self._exchange.submit((self._exit_order(command),), now_ns)
            return
        self._bracket += 1
        self._side = command.side
        self._exchange.submit(self._bracket_orders(command), now_ns)

    def _exit_order(self, command: ExitAtMarket) -> Order:
        return Order(
            order_id=self._bracket * ROLES + EXIT,
            side=command.side,
            contracts=command.contracts,
            type=OrderType.MARKET,
            group=self._bracket,
            waits=True,
        )

    def _bracket_orders(self, command: SubmitBracket) -> tuple[Order, Order, Order]:
        first = self._bracket * ROLES
        side: Literal[1, -1] = -1 if command.side > 0 else 1
        entry = Order(order_id=first, side=command.side, contracts=command.contracts, type=OrderType.MARKET)
        stop = Order(
            order_id=first + STOP,
            side=side,
            contracts=command.contracts,
            type=OrderType.STOP,
            stop_ticks=command.stop_ticks,
            group=self._bracket,
            parent=first,
        )
        target = Order(
            order_id=first + TARGET,
            side=side,
            contracts=command.contracts,
            type=OrderType.LIMIT,
            limit_ticks=command.target_ticks,
            group=self._bracket,
            parent=first,
        )
        return entry, stop, target

    # what the exchange reports

    def _heed(self, reports: list[Report]) -> None:
        for report in reports:
            if isinstance(report, Filled):
                self._book(report)
            elif isinstance(report, Canceled) and report.order_id % ROLES == ENTRY:
                self._risk.entry_canceled()

    def _book(self, report: Filled) -> None:
        role = report.order_id % ROLES
        reasons: tuple[Reason, ...] = ("entry", "stop", "target", self._exit_reason)
        reason = reasons[role]
        side = self._side if role == ENTRY else -self._side
        fill = Fill(
            ts_ns=report.ts_ns, side=side, contracts=report.contracts, price_ticks=report.price_ticks, reason=reason
        )
        self._ledger.book(fill)
        self._risk.filled(fill)

    def result(self) -> Result:
        """The result so far."""
        return self._ledger.result(self._confluence, self._exchange.quote)

    @property
    def is_flat(self) -> bool:
        """Whether nothing is held or under way."""
        return self._risk.phase is Phase.FLAT

    @property
    def side_agreement(self) -> float | None:
        """The share of the volume with a known aggressor that the method's sides put on the same side."""
        return self._confluence.side_agreement
