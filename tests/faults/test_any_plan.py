"""Whatever goes wrong and whatever clients do, the mock's own books agree: orders, executions, positions and money."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from simulator.faults.plan import Fault, Plan, write_plan
from simulator.tws.account_notices import ExecDetails, Execution
from simulator.tws.desk.ledger import INITIAL_CASH_CENTS
from simulator.tws.desk.life import Life
from simulator.tws.requests import ReqExecutions
from simulator.tws.session import State
from simulator.tws.terms import ExecutionFilter
from tests.faults.draws import faults
from tests.faults.stage import Actor, Stage
from tests.tws.talk import greeting

CLIENTS = (1, 2)
ASKER = 99  # who looks into the books
TICK_CENTS, FEE_CENTS = 1250, 225
WHOLE_S, SETTLED_S = 20.0, 3.0

Act = tuple[str, int, int, int]
PLACES = ("market", "limit", "stop", "bracket")
ACTS = st.tuples(
    st.sampled_from(("go", *PLACES, "again", "cancel", "cancel all", "ask", "watch", "new")),
    st.sampled_from(CLIENTS),
    st.integers(1, 6),  # how many ids back
    st.integers(0, 40),
)
ASKED = ((5, 1), (16, 1), (61, 1), (8, 1, 1), (7, 3, 9, 0, "", "", "", "", "", ""))


def soon(fault: Fault) -> Fault:
    """The same fault within the run."""
    at_s = None if fault.at_s is None else fault.at_s % WHOLE_S
    message = None if fault.message is None else 1 + fault.message % 4
    for_s = None if fault.for_s is None else fault.for_s % 8.0
    return replace(fault, at_s=at_s, message=message, for_s=for_s)


class Crowd:
    """Clients that do as they are told, and come again where they have been cut off."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self._clients: dict[int, Actor] = {}

    def do(self, act: Act) -> None:
        what, client_id, back, number = act
        if what == "go":
            self.stage.go(0.05 * (1 + number), *self._clients.values())
            return
        client = self._client(client_id, anew=what == "new")
        fresh = self.stage.world.desk.next_id(client_id)
        if what in PLACES:
            self._place(client, what, fresh, number)
        elif what == "again":
            self._place(client, ("limit", "stop", "market")[number % 3], max(1, fresh - back), number)
        elif what == "cancel":
            client.send_now(4, 1, max(1, fresh - back), "")
        elif what == "cancel all":
            client.send_now(58, 1)
        elif what == "ask":
            client.send_now(*ASKED[number % len(ASKED)])
        else:
            client.watch()
        self._read()

    def _place(self, client: Actor, what: str, order_id: int, number: int) -> None:
        bid = self.stage.world.data.board.bid_ticks / 4
        side, other = ("BUY", "SELL") if number % 2 else ("SELL", "BUY")
        sign, contracts = (1 if number % 2 else -1), 1 + number % 3
        near = 0.25 * (1 + number % 4)
        match what:
            case "limit":
                client.order(order_id, side, "LMT", bid + sign * (5 - number) / 4, quantity=contracts)
            case "stop":
                client.order(order_id, side, "STP", "", bid + sign * near, quantity=contracts)
            case "market":
                client.order(order_id, side, quantity=contracts)
            case _:
                target, stop, child = order_id + 1, order_id + 2, {"parent": order_id, "quantity": contracts}
                client.order(order_id, side, quantity=contracts, transmit=0)
                client.order(target, other, "LMT", bid + sign * near, transmit=0, **child)
                client.order(stop, other, "STP", "", bid - sign * near, **child)

    def _client(self, client_id: int, *, anew: bool) -> Actor:
        client = self._clients.get(client_id)
        if client is None or anew or client.session.state is State.CLOSED:
            if client is not None:
                client.session.close("the client hung up")
            client = Actor(self.stage.world, client_id=client_id, at_s=self.stage.at_s)
            self._clients[client_id] = client
            client.send(greeting())
            client.send_now(71, 2, client_id, "")
        return client

    def _read(self) -> None:
        for client in self._clients.values():
            while client.session.take():
                pass


def executions(stage: Stage) -> list[ExecDetails]:
    desk, now_ns = stage.world.desk, stage.world.now_ns
    told = desk.ask(ASKER, ReqExecutions(req_id=1, filter=ExecutionFilter()), now_ns)
    return [notice for _, notice in told if isinstance(notice, ExecDetails)]


def signed(execution: Execution) -> int:
    return execution.quantity if execution.side == "BOT" else -execution.quantity


def agree(stage: Stage) -> None:
    """What holds at any time."""
    desk = stage.world.desk
    told = executions(stage)
    assert len({one.execution.exec_id.rsplit(".", 1)[0] for one in told}) == len(told)
    held: dict[int, int] = {}
    for one in told:
        held[one.contract.con_id] = held.get(one.contract.con_id, 0) + signed(one.execution)
    assert {key: number for key, number in held.items() if number} == {
        contract.con_id: contracts for contract, contracts in desk.positions()
    }
    mark = stage.world.data.board.last_ticks
    made = sum(signed(one.execution) * (mark - round(one.execution.price * 4)) * TICK_CENTS for one in told)
    fees = sum(one.execution.quantity * FEE_CENTS for one in told)
    assert desk.equity_cents == INITIAL_CASH_CENTS + made - fees
    orders = desk.orders
    assert len({order.perm_id for order in orders}) == len(orders)
    for order in orders:
        mine = sum(one.execution.quantity for one in told if one.execution.perm_id == order.perm_id)
        assert not order.state.is_over
        assert mine <= order.filled < order.contracts


def rest(stage: Stage) -> None:
    """What holds once nothing is on its way."""
    for order in stage.world.desk.orders:
        assert order.state not in (Life.SENT, Life.CANCELING)
        assert not order.asked
        if not order.state.is_unsent:
            assert stage.world.market.exchange.left(order.perm_id) == order.left


@given(
    seed=st.integers(0, 2**32),
    drawn=st.lists(faults(), max_size=6),
    acts=st.lists(ACTS, min_size=5, max_size=60),
)
def test_the_books_agree_whatever_goes_wrong(seed: int, drawn: list[Fault], acts: list[Act]) -> None:
    plan = Plan(seed=seed, faults=tuple(soon(fault) for fault in drawn))
    stage = Stage(write_plan(plan))
    crowd = Crowd(stage)
    for act in acts:
        crowd.do(act)
        agree(stage)
    stage.go(SETTLED_S)
    agree(stage)
    rest(stage)
