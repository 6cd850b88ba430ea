"""METHOD.md 6 and 7.7: a position from flat to flat, its exact means and its cents."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from system.domain.position import FLAT, Fill, Position, Reason, RoundTrip, book

TICK_CENTS, COMMISSION_CENTS = 1250, 225


def fill(side: int, contracts: int, price: int, reason: Reason, ts_ns: int = 0) -> Fill:
    return Fill(ts_ns=ts_ns, side=side, contracts=contracts, price_ticks=price, reason=reason)


def booked(*fills: Fill) -> tuple[Position, list[RoundTrip]]:
    position, trips = FLAT, []
    for each in fills:
        position, trip = book(position, each, tick_cents=TICK_CENTS, commission_cents=COMMISSION_CENTS)
        trips += [trip] if trip is not None else []
    return position, trips


def test_a_long_of_three_in_parts() -> None:
    """Bought 2 at 1001, 1 at 1002; sold 1 at 1017, 1 at 993, 1 at 992: 3002 - 3004 = -2 ticks, six commissions."""
    position, (trip,) = booked(
        fill(1, 2, 1001, "entry", 10),
        fill(1, 1, 1002, "entry", 11),
        fill(-1, 1, 1017, "target", 20),
        fill(-1, 1, 993, "stop", 30),
        fill(-1, 1, 992, "stop", 31),
    )
    assert position == FLAT
    assert (trip.side, trip.contracts, trip.exit_reason) == ("long", 3, "stop")
    assert (trip.entry_price_ticks, trip.exit_price_ticks) == (Fraction(3004, 3), Fraction(3002, 3))
    assert (trip.entry_ts_ns, trip.exit_ts_ns) == (10, 31)
    assert trip.net_cents == -2 * 1250 - 6 * 225


def test_a_short_earns_when_the_price_falls() -> None:
    _, (trip,) = booked(fill(-1, 1, 1000, "entry"), fill(1, 1, 984, "target"))
    assert (trip.side, trip.net_cents) == ("short", 16 * 1250 - 450)


def test_what_is_open_is_valued_at_a_mark_with_the_commissions_so_far() -> None:
    """Long 3 at 1001, one sold at 1005: 4 ticks, and 2 x 3 open ones at 1004."""
    position, trips = booked(fill(1, 3, 1001, "entry"), fill(-1, 1, 1005, "target"))
    assert (trips, position.contracts) == ([], 2)
    assert position.gross_cents(1004, TICK_CENTS) == (4 + 2 * 3) * 1250
    assert position.commission_cents(COMMISSION_CENTS) == 4 * 225


def test_fills_that_cannot_be_are_refused() -> None:
    long = fill(1, 1, 1000, "entry")
    with pytest.raises(AssertionError, match="entry adds"):
        booked(long, fill(-1, 1, 1000, "entry"))
    with pytest.raises(AssertionError, match="other side"):
        booked(long, fill(1, 1, 1000, "stop"))
    with pytest.raises(AssertionError, match="only reduces"):
        booked(long, fill(-1, 2, 1000, "stop"))


legs = st.lists(st.tuples(st.integers(1, 20), st.integers(10_000, 30_000)), min_size=1, max_size=6)


@given(st.sampled_from([1, -1]), legs, st.data())
def test_nothing_is_lost_between_fills_and_round_trips(
    side: int, entries: list[tuple[int, int]], data: st.DataObject
) -> None:
    """Net is what was received minus what was paid, in ticks, minus a commission for every contract filled."""
    fills = [fill(side, contracts, price, "entry", k) for k, (contracts, price) in enumerate(entries)]
    left = sum(contracts for contracts, _ in entries)
    while left:
        contracts, price = data.draw(st.integers(1, left)), data.draw(st.integers(10_000, 30_000))
        fills.append(fill(-side, contracts, price, "target", len(fills)))
        left -= contracts
    position, (trip,) = booked(*fills)
    cash = sum(-each.side * each.contracts * each.price_ticks for each in fills)
    assert trip.net_cents == cash * TICK_CENTS - sum(each.contracts for each in fills) * COMMISSION_CENTS
    assert position == FLAT
    change = (trip.exit_price_ticks - trip.entry_price_ticks) * side * trip.contracts
    assert change == cash
