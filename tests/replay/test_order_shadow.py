"""The live order brain beside the replay: it sends what the replay sends, tells the fills that it books, and adds nothing."""

import pytest

from simulator.exchange.orders import Canceled, Filled, Report
from simulator.replay.trader import EXIT, ROLES, STOP, Trader
from system.domain.instrument import ContractMonth
from system.domain.limits import OrderRules
from system.domain.order import step
from system.domain.order_events import (
    Alert,
    Ask,
    Cancel,
    CloseAsked,
    EntryAccepted,
    EntryEnded,
    ExecutionTold,
    OpenOrderTold,
    OrderEvent,
    Place,
    PositionTold,
    StatusTold,
)
from system.domain.order_events import Filled as ToldFill
from system.domain.order_log import State
from system.domain.position import Fill
from system.domain.risk import ExitAtMarket, SubmitBracket
from system.domain.settings import Settings
from tests.domain.order_broker import Broker
from tests.domain.order_pit import Pit
from tests.reference.random_settings import random_settings
from tests.reference.tapes import random_tape
from tests.replay.both import batch_from, settings_from

pytestmark = pytest.mark.jit
PLACES = (0, 2, 1, 3)  # of a role of the replay among the brain's orders


class Shadowed(Trader):
    """A replay that lets the brain hear all that TWS would say of its orders, at once."""

    def __init__(self, settings: Settings, month: ContractMonth | None) -> None:
        super().__init__(settings, month, with_curves=False)
        self.rules = OrderRules(max_contracts=settings.contracts, max_orders_per_minute=10_000)
        pit = Pit(max_contracts=settings.contracts)
        pit.link()
        self.state: State = pit.state
        self.broker: Broker = pit.broker
        self.sent = 0
        self.fills: list[Fill] = []
        self.ended = 0

    def hear(self, event: OrderEvent) -> None:
        self.state, commands = step(self.state, event, self.rules)
        for command in commands:
            assert not isinstance(command, Cancel | Alert), command
            if isinstance(command, Place):
                self.sent += len(command.orders)
                for terms in command.orders:
                    common = {"now_ns": event.now_ns, "generation": 1, "client_id": 1, "perm_id": terms.order_id}
                    self.hear(OpenOrderTold(terms=terms, status="PreSubmitted", **common))
            elif isinstance(command, Ask):
                self.broker.now_ns, self.broker.others = event.now_ns, self.state.book.position
                if command.question != "open_orders":
                    self.hear(self.broker.answer(command))
            elif isinstance(command, ToldFill):
                self.fills.append(command.fill)
            elif isinstance(command, EntryEnded):
                self.ended += 1

    def _send(self, command: SubmitBracket | ExitAtMarket, now_ns: int) -> None:
        super()._send(command, now_ns)
        before = self.sent
        if isinstance(command, ExitAtMarket):
            self.hear(CloseAsked(now_ns=now_ns, reason=command.reason))
            assert self.sent == before + 1
            return
        reference = command.stop_ticks + command.side * self._settings.stop_ticks
        bid_ticks = reference - (command.side > 0)
        self.hear(
            EntryAccepted(
                now_ns=now_ns,
                side=command.side,
                contracts=command.contracts,
                stop_ticks=command.stop_ticks,
                target_ticks=command.target_ticks,
                bid_ticks=bid_ticks,
                ask_ticks=bid_ticks + 1,
            )
        )
        assert self.sent == before + 3

    def _heed(self, reports: list[Report]) -> None:
        super()._heed(reports)
        for report in reports:
            if isinstance(report, Filled):
                self._tell(report)
        assert self.state.bracket is not None
        now_ns = reports[-1].ts_ns
        first = self._bracket * ROLES
        ended = {report.order_id for report in reports if isinstance(report, Canceled | Filled)}
        for order_id in range(first, first + ROLES):
            if self._exchange.left(order_id) or order_id in ended:
                self._tell_status(order_id, now_ns)
        position = self._risk.position
        self.hear(PositionTold(now_ns=now_ns, generation=1, contracts=position.side * position.contracts))

    def _tell(self, report: Filled) -> None:
        bracket = self.state.bracket
        assert bracket is not None
        order = bracket.orders[PLACES[report.order_id % ROLES]]
        self.hear(
            ExecutionTold(
                now_ns=report.ts_ns,
                generation=1,
                client_id=1,
                order_id=order.order_id,
                perm_id=order.order_id,
                ref=bracket.ref,
                exec_id=f"e{len(self.fills)}.1",
                side=order.side,
                contracts=report.contracts,
                price_ticks=report.price_ticks,
                ts_ns=report.ts_ns,
            )
        )

    def _tell_status(self, order_id: int, now_ns: int) -> None:
        bracket = self.state.bracket
        assert bracket is not None
        order = bracket.orders[PLACES[order_id % ROLES]]
        left = self._exchange.left(order_id)
        status = "Submitted" if left else "Filled" if order.filled else "Cancelled"
        self.hear(
            StatusTold(
                now_ns=now_ns,
                generation=1,
                client_id=1,
                order_id=order.order_id,
                perm_id=order.order_id,
                status=status,
                filled=order.filled,
                remaining=left,
            )
        )


assert (STOP, EXIT) == (1, 3)


@pytest.mark.parametrize("block", range(4))
def test_the_brain_sends_and_books_what_the_replay_does(block: int) -> None:
    fills = 0
    for seed in range(block * 12, block * 12 + 12):
        settings, month = settings_from(random_settings(seed, busy=True))
        trader = Shadowed(settings, month)
        trader.take(batch_from(random_tape(seed, 1500)))
        assert trader.fills == trader.outcome.fills
        fills += len(trader.fills)
    assert fills > 10
