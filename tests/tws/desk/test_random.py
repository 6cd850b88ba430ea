"""The desk at random: whatever clients do and whenever, it agrees with the exchange, and tells what is."""

from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from simulator.tws.account_notices import ExecDetails, OpenOrder, OrderStatus
from simulator.tws.desk.life import Life
from simulator.tws.notices import Notice
from simulator.tws.requests import ReqAllOpenOrders, ReqPositions
from tests.tws.desk.floor import DU, Floor, chicago

CLIENTS = (1, 2)
PRICES = st.integers(-6, 6).map(lambda step: 5000 + step * 0.25)
SIZES = st.sampled_from([0, 1, 1, 2, 3, 50])
OVER = ("Filled", "Cancelled", "Inactive")
CASH = 100_000_000


class DeskMachine(RuleBasedStateMachine):
    """Two clients, one account, a market around 5000."""

    def __init__(self) -> None:
        super().__init__()
        self.floor = Floor(start="2024-03-12 14:59:59", cash_cents=CASH).trade(5000).quote(5000, 5000.25)
        self.next_id = dict.fromkeys(CLIENTS, 1)
        self.last: dict[tuple[int, int], OrderStatus] = {}
        self.executions: dict[str, tuple[int, int, int, float]] = {}  # permId, order id, signed contracts, price
        self.parents: dict[int, int] = {}

    def listen(self) -> None:
        for client, notice in self.floor.heard:
            self.hear(client, notice)
        self.floor.heard.clear()

    def hear(self, client: int, notice: Notice) -> None:
        if isinstance(notice, OrderStatus):
            key = client, notice.order_id
            before = self.last.get(key)
            if before is not None:
                assert notice.filled >= before.filled
                assert before.status not in OVER or notice == before
            assert notice.filled + notice.remaining > 0
            self.last[key] = notice
        elif isinstance(notice, ExecDetails):
            done = notice.execution
            assert done.exec_id not in self.executions
            signed = done.quantity if done.side == "BOT" else -done.quantity
            self.executions[done.exec_id] = (done.perm_id, done.order_id, signed, done.price)

    # what clients do

    @rule(
        client=st.sampled_from(CLIENTS),
        action=st.sampled_from(["BUY", "SELL"]),
        quantity=st.integers(1, 4),
        kind=st.sampled_from(["MKT", "LMT", "LMT", "STP", "STP LMT", "TRAIL"]),
        tif=st.sampled_from(["", "GTC", "GTC", "GTC", "GTC", "IOC", "FOK"]),
        price=PRICES,
        trigger=PRICES,
        flags=st.tuples(st.booleans(), st.sampled_from([True, True, True, False]), st.booleans()),
        group=st.sampled_from(["", "", "", "a", "b", "c"]),
        group_type=st.sampled_from([1, 2, 3]),
        parent=st.integers(0, 3),
    )
    def place(self, client: int, parent: int, flags: tuple[bool, bool, bool], **order: Any) -> None:
        order_id = self.next_id[client]
        self.next_id[client] += 1
        attached, transmit, outside_rth = flags
        terms = self._terms(**order)
        parent_id = order_id - parent if attached and 0 < parent < order_id else 0
        self.floor.place(
            order_id, order["action"], order["quantity"], client=client, parent_id=parent_id, transmit=transmit,
            outside_rth=outside_rth, **terms,
        )  # fmt: skip

    def _terms(self, kind: str, price: float, trigger: float, tif: str, group: str, group_type: int, **_: Any) -> Any:
        tif = "GTC" if kind in ("STP", "STP LMT", "TRAIL") else tif
        aux = {"STP": trigger, "STP LMT": trigger, "TRAIL": 0.5}.get(kind)
        limit = {"lmt": price} if kind in ("LMT", "STP LMT") else {}
        return {"order_type": kind, "aux_price": aux, "tif": tif, "oca_group": group, "oca_type": group_type, **limit}

    @rule(client=st.sampled_from(CLIENTS), action=st.sampled_from(["BUY", "SELL"]), quantity=st.integers(1, 3),
          entry=st.sampled_from([None, 4999.75, 5000.0]), outside=st.booleans(), stop=st.integers(1, 3), goal=st.integers(1, 3))  # fmt: skip
    def bracket(
        self, client: int, action: str, quantity: int, entry: float | None, outside: bool, stop: int, goal: int
    ) -> None:
        first = self.next_id[client]
        self.next_id[client] += 3
        side = 1 if action == "BUY" else -1
        other = "SELL" if action == "BUY" else "BUY"
        limit = {} if entry is None else {"lmt": entry}
        place = self.floor.place
        place(first, action, quantity, client=client, transmit=False, tif="GTC", **limit)
        more = {"client": client, "parent_id": first, "tif": "GTC", "outside_rth": outside}
        place(first + 1, other, quantity, stp=5000 - side * stop * 0.25, transmit=False, **more)
        place(first + 2, other, quantity, lmt=5000 + side * goal * 0.25, **more)
        mine = {o.order_id: o for o in self.floor.desk.orders if o.client_id == client}
        if first in mine:
            self.parents |= {mine[first + i].perm_id: mine[first].perm_id for i in (1, 2)}

    @precondition(lambda self: self.floor.desk.orders)
    @rule(which=st.integers(0, 30), quantity=st.integers(1, 5), price=PRICES, trigger=PRICES, outside=st.booleans())
    def modify(self, which: int, quantity: int, price: float, trigger: float, outside: bool) -> None:
        orders = self.floor.desk.orders
        order = orders[which % len(orders)]
        old = order.ticket.terms
        if (entry := self.parents.get(order.perm_id)) is not None:  # a client may make an exit as large as it likes
            self.parents = {child: parent for child, parent in self.parents.items() if parent != entry}
        aux = old.aux_price if old.order_type == "TRAIL" else trigger if old.aux_price else None
        more = {"lmt": price} if old.limit_price else {}
        self.floor.place(
            order.order_id, old.action, quantity, client=order.client_id, order_type=old.order_type, aux_price=aux,
            tif=old.tif, outside_rth=outside, **more,
        )  # fmt: skip

    @rule(client=st.sampled_from(CLIENTS), which=st.integers(0, 9), any_id=st.integers(1, 12))
    def cancel(self, client: int, which: int, any_id: int) -> None:
        orders = [order.order_id for order in self.floor.desk.orders if order.client_id == client]
        self.floor.cancel([*orders, any_id][which % (len(orders) + 1)], client)

    @rule(really=st.integers(0, 9))
    def cancel_all(self, really: int) -> None:
        if not really:
            self.floor.heard += self.floor.desk.cancel_all(self.floor.now_ns)

    @rule(really=st.integers(0, 9))
    def restart(self, really: int) -> None:
        if not really:
            self.floor.desk.restart()

    # what the market does

    @rule(bid=PRICES, spread=st.sampled_from([0.25, 0.25, 0.5, 0.0]), sizes=st.tuples(SIZES, SIZES))
    def quote(self, bid: float, spread: float, sizes: tuple[int, int]) -> None:
        self.floor.quote(bid, bid + spread, *sizes)

    @rule(price=PRICES, size=SIZES)
    def trade(self, price: float, size: int) -> None:
        self.floor.trade(price, size)

    @rule(ms=st.sampled_from([1, 20, 50, 50, 50, 100, 1000, 3_600_000]))
    def wait(self, ms: int) -> None:
        self.floor.wait(ms)

    @rule()
    def next_morning(self) -> None:
        morning_ns = chicago("2024-03-13 08:29:59") + 960_000_000
        if self.floor.now_ns < morning_ns:
            self.floor.until(morning_ns).quote(5000, 5000.25, 3, 3)

    # what always holds

    @invariant()
    def the_exchange_and_the_desk_agree_on_what_is_live(self) -> None:
        self.listen()
        exchange = self.floor.exchange
        live = {order.perm_id: order for order in self.floor.desk.orders if order.state is not Life.UNTRANSMITTED}
        for order in live.values():
            assert exchange.left(order.perm_id) == order.left > 0, order
        table = exchange._orders["order_id"][: exchange._live].tolist()
        assert set(table) <= set(live)

    @invariant()
    def what_is_told_last_is_what_is(self) -> None:
        self.listen()
        for order in self.floor.desk.orders:
            if order.state is Life.UNTRANSMITTED:
                assert (order.client_id, order.order_id) not in self.last
                continue
            told, now = self.last[order.client_id, order.order_id], order.tell_status()
            assert (told.filled, told.remaining, told.perm_id) == (now.filled, now.remaining, now.perm_id)
            assert told.status == now.status or order.state is Life.CANCELING

    @invariant()
    def every_live_order_is_told_as_open_to_who_asks(self) -> None:
        told = [n.perm_id for n in self.floor.ask(ReqAllOpenOrders(), 9) if isinstance(n, OpenOrder)]
        assert told == [order.perm_id for order in self.floor.desk.orders if order.is_open]

    @invariant()
    def positions_and_money_are_the_sum_of_executions(self) -> None:
        self.listen()
        position = sum(signed for _, _, signed, _ in self.executions.values())
        told = self.floor.ask(ReqPositions(), 9)
        assert [n.position for n in told[:-1]] == ([position] if position else [])  # type: ignore[union-attr]
        account = self.floor.desk._office.accounts[DU]
        mark = self.floor.desk._office.mark_ticks
        cents = sum(
            signed * (mark - int(price * 4)) * 1250 - abs(signed) * 225
            for _, _, signed, price in self.executions.values()
        )
        assert account.equity_cents(mark) == CASH + cents

    @invariant()
    def the_exits_of_a_bracket_never_sell_more_than_its_entry_bought(self) -> None:
        self.listen()
        filled: dict[int, int] = {}
        for perm_id, _, signed, _ in self.executions.values():
            filled[perm_id] = filled.get(perm_id, 0) + abs(signed)
        for entry in set(self.parents.values()):
            exits = sum(filled.get(child, 0) for child, parent in self.parents.items() if parent == entry)
            assert exits <= filled.get(entry, 0)


DeskMachine.TestCase.settings = settings(settings(), stateful_step_count=40)
TestDesk = DeskMachine.TestCase
