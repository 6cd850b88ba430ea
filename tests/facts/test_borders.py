"""What belongs together: batches, gaps, the borders of the regular hours and of sessions, several sessions."""

from collections.abc import Iterator
from datetime import datetime

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.facts.measure import measure
from simulator.facts.stretch import OVERNIGHT, RTH, stretches
from simulator.facts.verdict import judge
from system.domain.session import Calendar
from system.domain.ticks import Batch
from tests.domain.tape import S, new_york
from tests.facts.rows import Row, at_mids, gap, measured, quote, tape, trade

OPENING = new_york("2024-01-03 09:30:00")
CLOSE = new_york("2024-01-03 16:00:00")
BREAK = new_york("2024-01-03 17:00:00")
REOPENING = new_york("2024-01-03 18:00:00")


def around(border_ns: int) -> Batch:
    """Two prints and two quotes to either side of a border, far apart in price."""
    return tape(
        quote(-3, 100, 101),
        quote(-2, 101, 102),
        trade(-0.0002, 101),
        trade(-0.0001, 101),
        quote(0, 5000, 5001),
        quote(0.1, 5001, 5002),
        trade(0.2, 5001),
        trade(0.2001, 5001),
        base_ns=border_ns,
    )


def test_nothing_crosses_the_opening_or_the_close() -> None:
    for border_ns in (OPENING, CLOSE):
        found = measured(around(border_ns))
        for segment in (RTH, OVERNIGHT):
            values, counts = found.values[segment], found.counts[segment]
            assert (counts["prints"], counts["mid_moves"]) == (2, 1)
            assert (values["price_unchanged"], values["price_jumps"]) == (1.0, 0.0)
            assert values["impact_60s"] is None


def test_the_borders_belong_to_what_they_begin() -> None:
    kinds = [(stretch.segment, len(stretch.prints["size"])) for stretch in stretches([around(OPENING)], Calendar())]
    assert kinds == [(OVERNIGHT, 2), (RTH, 2)]
    kinds = [(stretch.segment, len(stretch.prints["size"])) for stretch in stretches([around(CLOSE)], Calendar())]
    assert kinds == [(RTH, 2), (OVERNIGHT, 2)]


def test_the_daily_break_is_left_out() -> None:
    found = measured(around(BREAK))
    assert (found.summary["events"], found.summary["prints"]) == (8, 2)
    assert measured(around(REOPENING)).summary["prints"] == 2


def test_two_sessions_are_two_stretches() -> None:
    batches = [tape(trade(0, 100), base_ns=BREAK - S), tape(trade(0, 200), base_ns=REOPENING)]
    found = measured(*batches)
    assert found.summary["sessions"] == 2
    assert found.values[OVERNIGHT]["price_unchanged"] is None


def test_a_gap_ends_a_stretch() -> None:
    found = measured(tape(trade(0, 100), trade(1, 100), gap(2), trade(3, 200), trade(4, 200), gap(5), gap(6)))
    assert found.values[RTH]["price_unchanged"] == 1.0
    assert found.counts[RTH]["prints"] == 4


def test_a_stretch_outlives_the_batch_that_it_came_in() -> None:
    def reused() -> Iterator[Batch]:
        held = tape(trade(0, 100))
        for number in range(3):
            held["ts_ns"] += S
            held["price_ticks"] = 100 + number
            yield held

    assert measure("a tape", reused()).values[RTH]["price_unchanged"] == 0.0


@st.composite
def random_rows(draw: st.DrawFn) -> list[Row]:
    """Some minutes of events around the opening of the regular hours."""
    random = np.random.default_rng(draw(st.integers(0, 2**32)))
    times = np.sort(random.choice([0.0, 0.0004, 0.3, 7.0, 400.0], 300).cumsum() % 1200 - 600)
    bids = 1000 + random.integers(-1, 2, 300).cumsum()
    rows: list[Row] = []
    for at_s, bid, draws in zip(times, bids, random.integers(1, 40, (300, 3)), strict=True):
        if draws[0] < 15:
            rows.append(trade(float(at_s), int(bid), int(draws[1]), int(draws[2]) % 3 - 1))
        elif draws[0] == 15:
            rows.append(gap(float(at_s)))
        else:
            rows.append(quote(float(at_s), int(bid), int(bid) + 1 + int(draws[2] > 30), int(draws[1]), int(draws[2])))
    return rows


@settings(max_examples=20, deadline=None)
@given(random_rows(), st.lists(st.integers(0, 300), max_size=8))
def test_the_facts_do_not_depend_on_how_the_tape_is_cut(rows: list[Row], cuts: list[int]) -> None:
    whole = tape(*rows, base_ns=OPENING)
    parts = [part for part in np.split(whole, sorted(cuts)) if len(part)]
    assert measure("a tape", parts) == measure("a tape", [whole])


def day_of(steps: list[float], day: str) -> Batch:
    return tape(*at_mids(steps), base_ns=new_york(f"{day} 12:00:00"))


def test_a_loud_session_beside_a_calm_one_makes_no_tails() -> None:
    calm = [1.0, -1.0] * 100
    loud = [20.0, -20.0] * 100
    both = measured(day_of(calm, "2024-01-03"), day_of(loud, "2024-01-04")).values[RTH]
    one = measured(day_of(calm, "2024-01-03")).values[RTH]
    assert both["kurtosis_1s"] == one["kurtosis_1s"]
    assert (one["std_1s"], both["std_1s"]) == (1.0, np.sqrt((1 + 400) / 2))


def test_the_same_day_twice_has_the_facts_of_the_day_once() -> None:
    steps = [float(step) for step in np.random.default_rng(1).integers(-2, 3, 900)]
    once = measured(day_of(steps, "2024-01-03"))
    twice = measured(day_of(steps, "2024-01-03"), day_of(steps, "2024-01-04"))
    for key, value in once.values[RTH].items():
        other = twice.values[RTH][key]
        assert (value is None) == (other is None), key
        assert value is None or np.isclose(value, other or 0.0), key


def whole_day(first: str = "18:00", last: str = "16:59") -> Batch:
    """A print of one contract each minute; of three in the first half hour of the regular hours."""
    begin, end = new_york(f"2024-01-02 {first}:00"), new_york(f"2024-01-03 {last}:00")
    rows = []
    for at_s in range(0, (end - begin) // S + 1, 60):
        size = 3 if OPENING <= begin + at_s * S < OPENING + 1800 * S else 1
        rows.append(trade(at_s, 100, size))
    return tape(*rows, base_ns=begin)


def test_the_volume_of_a_whole_day_lies_over_its_half_hours() -> None:
    found = measured(whole_day())
    total = 23 * 60 + 60
    assert found.values["day"]["volume_0930"] == 90 / total
    assert found.values["day"]["volume_1530"] == 30 / total
    assert found.values["day"]["rth_volume"] == (390 + 60) / total
    curve = found.curves["day"]
    assert (curve["half_hours"][0], curve["half_hours"][31], curve["half_hours"][-1]) == ("18:00", "09:30", "16:30")
    assert curve["volume_share"][31] == 90 / total


def test_part_of_a_day_says_nothing_of_the_day() -> None:
    for part in (whole_day(first="18:31"), whole_day(last="16:29")):
        found = measured(part)
        assert found.values["day"]["rth_volume"] is None
        assert "day" not in found.curves


def test_too_little_data_is_shown_but_not_judged() -> None:
    verdicts = {(each.key, each.segment): each for each in judge(measured(whole_day()))}
    assert verdicts["size_mean", RTH].inside is False
    few = {(each.key, each.segment): each for each in judge(measured(whole_day()[:100]))}
    assert (few["size_mean", OVERNIGHT].value, few["size_mean", OVERNIGHT].inside) == (1.0, None)
    assert few["size_mean", OVERNIGHT].low == 2.0


def test_the_clock_of_new_york_sets_the_regular_hours_in_summer_too() -> None:
    summer = datetime.fromisoformat("2024-07-03T13:30:00+00:00")
    batch = tape(trade(0, 100), base_ns=int(summer.timestamp()) * S)
    assert [stretch.segment for stretch in stretches([batch], Calendar())] == [RTH]
