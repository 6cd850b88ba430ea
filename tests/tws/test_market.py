"""The market plays a tape in simulated time, with what the exchange reports in between."""

from collections.abc import Iterator, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.exchange.book import OrderType
from simulator.exchange.orders import Order
from simulator.exchange.venue import Exchange
from simulator.tws import market as market_module
from simulator.tws.market import Market
from system.domain.settings import FOREVER_NS
from system.domain.ticks import Batch
from tests.tws.data.floor import LATENCY_NS, MS, NOON, PRICE, SECOND, Row, cut, quote, tapes, trade, utc

Told = tuple[str, int, int]  # event or report, its time, its index or order


def market(rows: Sequence[Row], sizes: Sequence[int] = ()) -> Market:
    return Market.of(cut(rows, sizes), Exchange(latency_ns=LATENCY_NS))


def order(order_id: int, side: int = 1) -> tuple[Order, ...]:
    return (Order(order_id=order_id, side=side, contracts=1, type=OrderType.MARKET),)  # type: ignore[arg-type]


def told(market: Market, to_ns: int) -> list[Told]:
    """What happens up to a time, in its order; time never goes back."""
    out: list[Told] = []
    for step in market.advance(to_ns):
        assert step.ts_ns == market.now_ns <= to_ns
        assert len(step.events) or step.reports
        out += [("event", ts_ns, 0) for ts_ns in step.events["ts_ns"].tolist()]
        out += [(type(report).__name__, report.ts_ns, report.order_id) for report in step.reports]
        assert out[-1][1] == step.ts_ns
    assert market.now_ns == to_ns
    return out


def test_events_up_to_and_with_the_time_are_played() -> None:
    floor = market([quote(NOON), trade(NOON + 1), trade(NOON + 2)])
    assert told(floor, NOON + 1) == [("event", NOON, 0), ("event", NOON + 1, 0)]
    assert floor.next_event_ns == NOON + 2
    assert told(floor, NOON + 2) == [("event", NOON + 2, 0)]
    assert floor.has_ended
    assert floor.next_event_ns == FOREVER_NS
    assert told(floor, NOON + 3) == []


def test_time_does_not_go_back() -> None:
    floor = market([quote(NOON)])
    told(floor, NOON)
    with pytest.raises(AssertionError, match="time does not go back"):
        told(floor, NOON - 1)


def test_a_command_acts_before_the_first_event_at_its_arrival() -> None:
    arrival_ns = NOON + LATENCY_NS
    floor = market([quote(NOON), quote(arrival_ns - 1), quote(arrival_ns)])
    told(floor, NOON)
    floor.exchange.submit(order(1), NOON)
    assert floor.next_due_ns == arrival_ns - 1
    assert told(floor, arrival_ns) == [
        ("event", arrival_ns - 1, 0),
        ("Accepted", arrival_ns, 1),
        ("Filled", arrival_ns, 1),
        ("event", arrival_ns, 0),
    ]


def test_a_command_arrives_where_no_event_comes() -> None:
    floor = market([quote(NOON)])
    told(floor, NOON)
    floor.exchange.submit(order(1), NOON)
    assert floor.next_due_ns == NOON + LATENCY_NS
    assert told(floor, NOON + SECOND) == [("Accepted", NOON + LATENCY_NS, 1), ("Filled", NOON + LATENCY_NS, 1)]


def test_an_order_meets_an_event_before_anyone_sees_what_follows_it() -> None:
    stop = Order(order_id=1, side=-1, contracts=1, type=OrderType.STOP, stop_ticks=PRICE - 2)
    floor = market([quote(NOON), trade(NOON + SECOND, PRICE - 2), trade(NOON + SECOND, PRICE - 3)])
    told(floor, NOON)
    floor.exchange.submit((stop,), NOON)
    at = NOON + SECOND
    assert told(floor, at) == [
        ("Accepted", NOON + LATENCY_NS, 1),
        ("event", at, 0),
        ("Filled", at, 1),
        ("event", at, 0),
    ]


def test_the_breaks_events_are_passed_over_and_their_quote_does_not_prevail() -> None:
    floor = market([quote(utc(20, 59)), quote(utc(21, 1), PRICE + 9, PRICE + 10), quote(utc(22), PRICE, PRICE + 1)])
    assert told(floor, utc(21, 2)) == [("event", utc(20, 59), 0)]
    assert floor.exchange.quote is None
    assert told(floor, utc(22)) == [("event", utc(22), 0)]
    assert floor.exchange.quote == (PRICE, PRICE + 1)


def test_a_command_in_the_break_finds_no_quote() -> None:
    floor = market([quote(utc(20, 59)), quote(utc(21, 1)), quote(utc(22))])
    told(floor, utc(21))
    floor.exchange.submit(order(1), utc(21))
    arrival_ns = utc(21) + LATENCY_NS
    assert told(floor, utc(22))[:2] == [("Accepted", arrival_ns, 1), ("Canceled", arrival_ns, 1)]


def test_after_a_half_days_close_a_command_finds_no_quote() -> None:
    early = utc(18, day=3, month=7) - 3600 * SECOND + 15 * 60 * SECOND  # 12:15 Chicago on 3 July
    floor = market([quote(early - SECOND)])
    told(floor, early)
    floor.exchange.submit(order(1), early)
    arrival_ns = early + LATENCY_NS
    assert told(floor, early + SECOND) == [("Accepted", arrival_ns, 1), ("Canceled", arrival_ns, 1)]


def test_a_child_that_waits_for_its_entry_stops_no_event() -> None:
    floor = market([quote(NOON + number * SECOND) for number in range(10)])
    told(floor, NOON)
    entry = Order(order_id=1, side=1, contracts=1, type=OrderType.LIMIT, limit_ticks=1)
    floor.exchange.submit((entry,), NOON)
    told(floor, NOON + SECOND)
    child = Order(order_id=2, side=-1, contracts=1, type=OrderType.LIMIT, limit_ticks=PRICE + 40, parent=1)
    floor.exchange.submit((child,), NOON + SECOND)
    assert [what for what, _, _ in told(floor, NOON + 20 * SECOND)] == ["event"] * 8


def test_a_start_in_the_middle_of_a_session_plays_its_earlier_hours_and_bothers_no_exchange() -> None:
    rows = [quote(utc(22, day=17) + n * SECOND) for n in range(10_000)]
    floor = market(rows)
    steps = list(floor.advance(utc(22, day=17) + 5_000 * SECOND))
    assert sum(len(step.events) for step in steps) == 5_001
    assert all(step.reports == [] for step in steps)
    assert floor.exchange.is_idle
    assert floor.exchange.quote == (PRICE, PRICE + 1)


def test_only_one_batch_is_held(monkeypatch: pytest.MonkeyPatch) -> None:
    made = 0

    def batches() -> Iterator[Batch]:
        nonlocal made
        for second in range(100):
            made += 1
            yield cut([quote(NOON + second * SECOND)], [])[0]

    monkeypatch.setattr(market_module, "BATCH_MAX", 3)
    floor = Market.of(batches(), Exchange(latency_ns=LATENCY_NS))
    told(floor, NOON + 10 * SECOND)
    assert made <= 12


def test_an_empty_tape_lets_time_pass() -> None:
    floor = market([])
    assert floor.has_ended
    assert told(floor, NOON) == []
    assert floor.next_due_ns == FOREVER_NS


@given(
    tapes(),
    st.lists(st.integers(1, 20), max_size=6),
    st.lists(st.integers(0, 60_000), max_size=12),
    st.lists(st.integers(0, 20_000), max_size=4, unique=True),
)
def test_what_happens_does_not_depend_on_how_the_tape_and_the_time_are_cut(
    rows: list[Row], sizes: list[int], stops: list[int], orders: list[int]
) -> None:
    """And reports stand where METHOD.md 7 puts them: behind all that was earlier, before all that is later."""
    end_ns = NOON + 300 * SECOND

    def play(cuts: Sequence[int], times: Sequence[int]) -> list[Told]:
        floor = market(rows, cuts)
        out = []
        for at_ns in sorted({*(NOON + ms * MS for ms in (*times, *orders)), end_ns}):
            out += told(floor, at_ns)
            if (at_ns - NOON) // MS in orders:
                floor.exchange.submit(order(1 + orders.index((at_ns - NOON) // MS)), at_ns)
        return out

    whole = play([], [])
    assert play(sizes, stops) == whole
    times = [ts_ns for _, ts_ns, _ in whole]
    assert times == sorted(times)
    assert [ts_ns for what, ts_ns, _ in whole if what == "event"] == [row["ts_ns"] for row in rows]
    for number, (what, ts_ns, _) in enumerate(whole):
        if what == "Accepted":
            assert all(earlier < ts_ns for kind, earlier, _ in whole[:number] if kind == "event")
