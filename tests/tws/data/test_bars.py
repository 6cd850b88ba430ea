"""Bars of what has been played equal those counted again from the tape."""

from hypothesis import given
from hypothesis import strategies as st

from simulator.tws.data import hours
from simulator.tws.data.bars import WHATS, What
from simulator.tws.data.history import History
from tests.tws.data.floor import NOON, PRICE, SECOND, Row, batch_of, cut, quote, tapes, trade, utc
from tests.tws.data.recount import Counted, recount

DAY = hours.at(NOON)
OPEN = DAY.open_ns


def history_of(rows: list[Row], sizes: list[int] | None = None) -> History:
    history = History()
    for batch in cut(rows, sizes or []):
        history.take(batch)
    return history


def bars(history: History, what: What, bar_s: int, start_ns: int, stop_ns: int) -> list[Counted]:
    return [
        (begin_ns, bar.open, bar.high, bar.low, bar.close, bar.volume, bar.wap, bar.count)
        for begin_ns, bar in history.bars(DAY, what, bar_s, start_ns, stop_ns)
    ]


@given(
    tapes(),
    st.lists(st.integers(1, 20), max_size=6),
    st.sampled_from(WHATS),
    st.sampled_from((1, 5, 10, 30)),
    st.integers(-20, 120),
    st.integers(1, 150),
)
def test_bars_are_those_of_the_tape(
    rows: list[Row], sizes: list[int], what: What, bar_s: int, start: int, length: int
) -> None:
    start_ns = NOON + start * SECOND
    stop_ns = start_ns + length * SECOND
    history = history_of(rows, sizes)
    assert bars(history, what, bar_s, start_ns, stop_ns) == recount(rows, what, bar_s * SECOND, OPEN, start_ns, stop_ns)


@given(tapes(most=30), tapes(start_ns=NOON + 600 * SECOND, most=30), st.sampled_from(("TRADES", "BID", "MIDPOINT")))
def test_minutes_of_an_old_session_are_those_it_had_when_seconds_were_kept(
    early: list[Row], late: list[Row], what: What
) -> None:
    rows = [*early, *late]
    history = history_of(rows)
    start_ns, stop_ns = NOON - 60 * SECOND, NOON + 1_200 * SECOND
    for day in range(19, 22):
        history.take(batch_of([quote(utc(16, day=day))]))
    for bar_s in (60, 300):
        assert bars(history, what, bar_s, start_ns, stop_ns) == recount(
            rows, what, bar_s * SECOND, OPEN, start_ns, stop_ns
        )
    assert bars(history, what, 30, start_ns, stop_ns) == [], "seconds are not kept any more"


def test_the_history_is_bounded() -> None:
    history = History(sessions_kept=4, raw_kept=100)
    for day in (18, 19, 20, 21, 22, 25, 26):
        rows = [trade(utc(16, day=day) + n * SECOND, PRICE + n) for n in range(50)]
        history.take(batch_of(rows))
        assert history.days()
    assert [day.session.day.day for day in history.days()] == [21, 22, 25, 26]
    assert sum(len(batch) for batch in history.since(0)) == 100
    assert [int(batch["price_ticks"][-1]) for batch in history.before(1 << 62)] == [PRICE + 49] * 2


def test_many_events_at_once_and_one_by_one_are_the_same() -> None:
    rows = [trade(NOON + n * SECOND // 100, PRICE + n % 7, 1 + n % 3) for n in range(20_000)]
    one, other = history_of(rows), History()
    for batch in cut(rows, [1] * 9_000):
        other.take(batch)
    span = NOON, NOON + 200 * SECOND
    assert bars(one, "TRADES", 5, *span) == bars(other, "TRADES", 5, *span)
    assert sum(len(batch) for batch in one.since(0)) == sum(len(batch) for batch in other.since(0)) == 20_000


def test_a_span_without_time_or_quotes_has_no_bar() -> None:
    history = history_of([trade(NOON)])
    assert bars(history, "TRADES", 5, NOON, NOON) == []
    assert bars(history, "BID_ASK", 5, NOON, NOON + 5 * SECOND) == []
    assert history.bars(hours.at(utc(16, day=19)), "TRADES", 5, NOON, NOON + 5 * SECOND) == []


def test_events_in_the_break_make_no_bar() -> None:
    history = history_of([trade(utc(20, 59)), trade(utc(21, 30), PRICE + 100)])
    (bar,) = bars(history, "TRADES", 0, OPEN, utc(22))
    assert bar[2] == PRICE / 4
    assert len(history.days()) == 1
