"""The order brain against a broker whose words come late, twice, in any order or never; then everything heals.

Each step checks S01 S02 S04 S05 S06 S08 S10 S12 S13 S19, here or in the pit; `heal` checks L01 L02 L06 and S08 again.
"""

import os
from typing import Any, Final

from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from system.domain.limits import worst
from system.domain.order_events import Ask, ClockTicked, ContractDone, MarginAsked, ResumeAsked, RollAsked
from system.domain.order_log import fold
from system.domain.order_state import OrderState
from tests.domain.order_pit import Pit, S

CODES: Final = [100, 103, 104, 105, 109, 110, 135, 161, 201, 202, 321, 399, 404, 451, 2109, 10147, 10148, 10349, 65000]
MAX: Final = 3
INDEX: Final = st.integers(0, 999)


class OrderMachine(RuleBasedStateMachine):
    """The adversary: what may happen at any moment."""

    @initialize(contracts=st.sampled_from([1, 1, 3]))
    def begin(self, contracts: int) -> None:
        self.contracts = contracts
        self.pit = Pit(mute=True, max_contracts=MAX)
        self.told: dict[int, int] = {}
        self.pit.link()
        self.pit.deliver()

    # the market and the gate

    @rule(side=st.sampled_from([1, -1]))
    def signal(self, side: int) -> None:
        self.pit.enter(side, self.contracts)

    @rule(side=st.sampled_from([1, -1]))
    def signal_on_time(self, side: int) -> None:
        """With everything told and a while gone by: else an entry is rarely made."""
        self.pit.deliver()
        self.pit.enter(side, self.contracts)

    @rule()
    def close(self) -> None:
        self.pit.close()

    @rule(index=INDEX, part=st.integers(1, 3))
    def fill(self, index: int, part: int) -> None:
        broker = self.pit.broker
        fillable = [order for order in broker.live() if broker.can_fill(order)]
        if fillable:
            order = fillable[index % len(fillable)]
            broker.fill(order, min(part, broker.can_fill(order)))

    # the mail

    @rule(index=INDEX, twice=st.booleans())
    def deliver_one(self, index: int, twice: bool) -> None:
        mail = self.pit.broker.mail
        if mail:
            event = mail.pop(index % len(mail))
            self.pit.feed(event)
            if twice:
                mail.append(event)

    @rule()
    def deliver_all(self) -> None:
        self.pit.deliver()

    @rule(index=INDEX)
    def lose_one(self, index: int) -> None:
        mail = self.pit.broker.mail
        if mail:
            mail.pop(index % len(mail))

    @rule(question=st.sampled_from(["open_orders", "executions", "positions"]))
    def answer_unknown(self, question: Any) -> None:
        pit, book = self.pit, self.pit.state.book
        orders = pit.state.orders
        pit.feed(pit.broker.answer(Ask(question=question, number=pit.state.asked), known=False))
        assert pit.state.book == book, "S12"
        assert [order.filled for order in pit.state.orders] == [order.filled for order in orders], "S12"

    @rule(index=INDEX, code=st.sampled_from(CODES))
    def say_a_code(self, index: int, code: int) -> None:
        orders = self.pit.state.orders
        if orders:
            order = orders[index % len(orders)]
            self.pit.feed(self.pit.broker.error(order.order_id, code, "state: Cancelled"))

    # the broker's moods

    @rule(index=INDEX)
    def cancel_unasked(self, index: int) -> None:
        live = self.pit.broker.live()
        if live:
            self.pit.broker.end(live[index % len(live)])

    @rule()
    def refuse_next(self) -> None:
        self.pit.broker.refuse_next = True

    @rule()
    def lose_next(self) -> None:
        self.pit.broker.lose_next = True

    @rule(contracts=st.sampled_from([-1, 1]))
    def trade_by_hand(self, contracts: int) -> None:
        """While we hold something, whose contracts such a trade closes is a question of its own: see the named tests."""
        broker = self.pit.broker
        if abs(broker.others + contracts) <= 1 and not broker.own and not broker.live():
            broker.trade_by_hand(contracts)

    # the link, the program, time

    @rule()
    def lose_link(self) -> None:
        self.pit.link(up=False)

    @rule()
    def find_link(self) -> None:
        self.pit.link()

    @rule()
    def crash(self) -> None:
        self.pit.restart()
        self.pit.link()

    @rule(seconds=st.integers(1, 7))
    def pass_time(self, seconds: int) -> None:
        self.pit.pass_s(seconds)

    @rule()
    def ask_for_margin(self) -> None:
        """Spends an order id, at any moment."""
        self.pit.feed(MarginAsked(now_ns=0, contracts=1))

    @rule()
    def roll(self) -> None:
        """F50: a contract that is done has nothing of ours in it, whatever was told or lost."""
        if any(isinstance(told, ContractDone) for told in self.pit.feed(RollAsked(now_ns=0))):
            assert self.pit.broker.own == 0
            assert self.pit.broker.live() == []

    @rule()
    def resume(self) -> None:
        self.pit.feed(ResumeAsked(now_ns=0))

    # everything heals

    @rule()
    def heal(self) -> None:
        pit = self.pit
        broker = pit.broker
        broker.refuse_next = broker.lose_next = False
        if not pit.state.up:
            pit.link()
        fixed = False
        for second in range(90):
            self._serve()
            if second == 20:
                fixed = True
            if fixed:
                self._check_protected()
            pit.now_ns += S
            broker.now_ns = pit.now_ns
            pit.feed(ClockTicked(now_ns=0))
        self._serve()
        self._check_healed()

    def _serve(self) -> None:
        """The market takes every market order, and all mail arrives."""
        pit, broker = self.pit, self.pit.broker
        while True:
            pit.deliver()
            market = [order for order in broker.live() if order.terms.type == "MKT" and broker.can_fill(order)]
            if not market:
                return
            broker.fill(market[0], broker.can_fill(market[0]))

    def _protected(self) -> bool:
        broker, held = self.pit.broker, self.pit.broker.own if self.pit.broker.position else 0
        stops = [order for order in broker.live() if order.terms.type == "STP"]
        return not held or any(order.terms.side * held < 0 and order.left >= abs(held) for order in stops)

    def _check_protected(self) -> None:
        state = self.pit.state
        assert self._protected() or state.foreign_contracts or (state.halted and self.pit.alerts()), "L01, L02"

    def _check_healed(self) -> None:
        state, broker = self.pit.state, self.pit.broker
        assert state.book.position + state.foreign_contracts == broker.position or state.halted, "S07, S08"
        executed = {told.exec_id.rpartition(".")[0]: told for told in broker.executions}
        assert all(stem in state.book.executions for stem in executed), "S08: no fill is lost"
        unknown = [order for order in state.orders if order.state is OrderState.UNKNOWN]
        assert not unknown or "unresolved" in self.pit.alerts() or state.halted, "L06"
        live = {order.terms.order_id for order in broker.live()}
        assert live <= {order.order_id for order in state.orders if order.is_live}, "nothing lives unseen"
        if not broker.own and not state.halted:
            assert not live, "L06: nothing outlives its position"

    # what holds always

    @invariant()
    def the_worst_position_is_within_limits(self) -> None:
        """S01, by the broker's own truth."""
        state, broker = self.pit.state, self.pit.broker
        assert worst(state.book.position, state.orders) <= 2 * MAX
        groups: dict[tuple[str, int], int] = {}
        for order in broker.live():
            key = (order.terms.group or str(order.terms.order_id), order.terms.side)
            groups[key] = max(groups.get(key, 0), order.left)
        up = sum(left for (_, side), left in groups.items() if side > 0)
        down = sum(left for (_, side), left in groups.items() if side < 0)
        assert max(broker.own + up, down - broker.own) <= MAX, "S01"

    @invariant()
    def one_live_order_an_intent(self) -> None:
        """S02: replacing passes through a proven end."""
        live = [(order.terms.ref, order.terms.type, order.terms.side) for order in self.pit.broker.live()]
        assert len(live) == len(set(live)), "S02"

    @invariant()
    def exits_reduce_no_more_than_is_held(self) -> None:
        """S04, of single contracts at every moment: a group's size can be told late, its end cannot."""
        if self.contracts > 1:
            return
        broker = self.pit.broker
        if not broker.own:
            return
        reducing = [order for order in broker.live() if order.terms.side * broker.own < 0]
        groups = {order.terms.group for order in reducing}
        total = sum(max(order.left for order in reducing if order.terms.group == group) for group in groups)
        assert total <= abs(broker.own), "S04"

    @invariant()
    def fills_never_fall_and_count_once(self) -> None:
        state = self.pit.state
        for order in state.orders:
            assert order.filled >= self.told.get(order.order_id, 0), "S08"
            self.told[order.order_id] = order.filled
        real = {told.exec_id.rpartition(".")[0]: told.side * told.contracts for told in self.pit.broker.executions}
        known = {key: found.signed for key, found in state.book.executions.items() if not key.startswith("inferred")}
        assert all(real[key] == signed for key, signed in known.items()), "S08"
        assert state.book.position == sum(found.signed for found in state.book.executions.values()), "S08"

    def teardown(self) -> None:
        if hasattr(self, "pit"):
            assert fold(self.pit.journal) == self.pit.state, "S06"


THOROUGH = os.environ.get("BN_TEST_HYPOTHESIS") == "thorough"
FEWER = os.environ.get("NUMBA_DISABLE_JIT") == "1"  # the same once more, for its coverage
OrderMachine.TestCase.settings = settings(
    max_examples=5000 if THOROUGH else 30 if FEWER else 150,
    stateful_step_count=60,
    phases=(Phase.generate, Phase.shrink) if THOROUGH else (Phase.generate,),  # to shrink one takes minutes
    derandomize=not THOROUGH,
)
TestOrderMachine = OrderMachine.TestCase
