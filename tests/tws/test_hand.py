"""Whoever runs the mock sets prices, prints trades and decides fills; the tape waits unseen and goes on from there."""

from typing import Any

import pytest
import trio

from simulator.tws.hand import Hand
from system.domain.errors import InputError
from tests.tws.talk import NANO, Talk, a_world

ES = ("", "ES", "FUT", "202406", "", "", "", "CME", "", "USD", "", "", 0)  # conId ... tradingClass, includeExpired
BEST_BID = "1"


class Floor:
    """A world, a hand on it, and a client with market data."""

    def __init__(self) -> None:
        self.world = a_world()
        self.hand = Hand(self.world)
        self.talk = Talk(self.world).start()

    def do(self, name: str, /, **asked: Any) -> dict[str, Any]:
        return trio.run(self.hand.handlers()[name], asked)

    def quote(self, bid: float, ask: float, bid_size: int = 7, ask_size: int = 8) -> dict[str, Any]:
        return self.do("quote", bid=bid, ask=ask, bid_size=bid_size, ask_size=ask_size)

    def go(self, seconds: float) -> list[list[str]]:
        self.world.advance(self.world.now_ns + round(seconds * NANO))
        return self.talk.read()

    def buy(self, order_id: int, kind: str, contracts: int = 1, limit: str = "", stop: str = "") -> None:
        """Day orders of message 3; what is not said is left out."""
        contract = ("", *ES[1:12], "", "")
        self.talk.ask(3, order_id, *contract, "BUY", contracts, kind, limit, stop, "DAY", "", "", "O", 0, "", 1, 0)
        self.go(0.1)


@pytest.fixture
def floor() -> Floor:
    return Floor()


def test_a_set_touch_stands_while_the_tape_passes_unseen(floor: Floor) -> None:
    assert floor.quote(4000, 4000.25)["held"]
    before = floor.world.data.board.volume
    floor.go(30)
    board = floor.do("board")
    assert (board["bid"], board["ask"], board["bid_size"], board["ask_size"]) == (4000.0, 4000.25, 7, 8)
    assert floor.world.data.board.volume == before


def test_clients_are_told_of_set_prices(floor: Floor) -> None:
    floor.talk.ask(97, 5, *ES[:12], "BidAsk", 0, 0)
    floor.quote(4000, 4000.25)
    (tick,) = floor.talk.read()
    assert tick[:3] == ["99", "5", "3"]
    assert tick[4:8] == ["4000.0", "4000.25", "7", "8"]
    floor.talk.ask(97, 6, *ES[:12], "Last", 0, 0)
    floor.do("trade", price=4000.25, size=3)
    told = floor.talk.read()
    assert [(tick[1], *tick[4:6]) for tick in told] == [("6", "4000.25", "3")]


def test_let_go_the_tape_goes_on_from_there(floor: Floor) -> None:
    floor.quote(4000, 4000.25)
    floor.go(10)
    assert not floor.do("release")["held"]
    floor.go(10)
    assert abs(floor.do("board")["bid"] - 4000) < 10


def test_a_move_shifts_the_touch_and_the_tape(floor: Floor) -> None:
    twin = Floor()
    floor.do("move", points=25)
    assert floor.do("board")["bid"] == twin.do("board")["bid"] + 25
    floor.go(20)
    twin.go(20)
    assert {name: floor.do("board")[name] - twin.do("board")[name] for name in ("bid", "ask", "last")} == {
        "bid": 25,
        "ask": 25,
        "last": 25,
    }


def test_a_move_while_prices_are_held_counts_once(floor: Floor) -> None:
    floor.do("hold")
    before = floor.do("board")["bid"]
    floor.do("move", points=5.0)
    floor.do("release")
    floor.do("hold")
    floor.do("release")
    assert floor.world.market._shift_ticks == 20
    assert floor.do("board")["bid"] == before + 5


def test_an_order_that_sleeps_does_not_fill_by_hand(floor: Floor) -> None:
    floor.world.advance(floor.world.now_ns + 8 * 3600 * NANO)  # after regular hours
    floor.buy(1, "LMT", limit="4000")
    with pytest.raises(InputError):
        floor.do("fill", client=1, order_id=1)


def test_a_move_lasts_into_the_next_session() -> None:
    floor, twin = Floor(), Floor()
    floor.do("move", points=-25)
    for one in (floor, twin):
        one.go(9 * 3600)
    assert floor.do("board")["bid"] == twin.do("board")["bid"] - 25


def test_orders_meet_set_prices(floor: Floor) -> None:
    floor.quote(4000, 4000.25)
    floor.buy(1, "LMT", limit="3999")
    floor.talk.read()
    floor.quote(3998.5, 3998.75)
    filled = [row for row in floor.talk.read() if row[0] == "11"]
    assert len(filled) == 1
    assert "3999.0" in filled[0]


def test_a_working_order_fills_by_decree(floor: Floor) -> None:
    floor.quote(4000, 4000.25)
    floor.buy(1, "LMT", 3, limit="3900")
    assert floor.do("fill", client=1, order_id=1, contracts=1, price=3901) == {"filled": 1}
    assert floor.do("fill", client=1, order_id=1) == {"filled": 2}
    statuses = [row[2] for row in floor.talk.read() if row[0] == "3"]
    assert statuses[-1] == "Filled"


@pytest.mark.parametrize(("client", "order_id"), [(1, 7), (2, 1)])
def test_an_order_that_does_not_work_does_not_fill(floor: Floor, client: int, order_id: int) -> None:
    floor.buy(1, "LMT", limit="3900")
    with pytest.raises(InputError, match="expected one that works at the exchange"):
        floor.do("fill", client=client, order_id=order_id)


@pytest.mark.parametrize(
    ("name", "asked"),
    [
        ("quote", {"bid": 4000, "ask": 4000, "bid_size": 1, "ask_size": 1}),
        ("quote", {"bid": 4000.1, "ask": 4001, "bid_size": 1, "ask_size": 1}),
        ("quote", {"bid": 4000, "ask": 4001, "bid_size": 0, "ask_size": 1}),
        ("trade", {"price": -1, "size": 1}),
        ("trade", {"price": float("nan"), "size": 1}),
        ("move", {"points": -900_000}),
    ],
)
def test_prices_that_no_market_has_are_refused(floor: Floor, name: str, asked: dict[str, Any]) -> None:
    board = floor.do("board")
    with pytest.raises(InputError, match="expected"):
        floor.do(name, **asked)
    assert floor.do("board") == board


def test_a_closed_market_has_no_prices_to_set(floor: Floor) -> None:
    floor.go(7.5 * 3600)  # 17:30 New York
    with pytest.raises(InputError, match="the market is closed"):
        floor.quote(4000, 4000.25)


def test_what_clients_sent_can_be_looked_at(floor: Floor) -> None:
    floor.buy(9, "LMT", limit="3900")
    everything = floor.do("received")["messages"]
    assert [one["name"] for one in everything] == ["StartApi", "PlaceOrder"]
    (placed,) = floor.do("received", name="PlaceOrder", client=1)["messages"]
    assert (placed["client"], placed["fields"]["order_id"]) == (1, 9)
    assert placed["fields"]["terms"]["limit_price"] == 3900.0
    assert floor.do("received", name="PlaceOrder", client=2)["messages"] == []
