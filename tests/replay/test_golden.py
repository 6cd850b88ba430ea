"""Whole trades by hand: confluence, gate and exchange in METHOD.md's order of work, and the reading says the same.

The profile is the delta of one trade over 5: a trade of 3 or more at the ask is LONG, at the bid SHORT. A long entry at
1001 has its stop at 993 and its target at 1017. Times are seconds after noon in New York; latency is 0.05 s.
"""

from dataclasses import replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from simulator.replay.result import Result
from tests.reference.events import Event, gap, quote, seed, trade
from tests.reference.run import run
from tests.reference.settings import Profile, Settings
from tests.replay.both import assert_same, batch_from, replay, settings_from, with_holidays
from tests.replay.parity import live

pytestmark = pytest.mark.jit
S = 1_000_000_000


def at(wall: str, zone: str = "America/New_York") -> int:
    return int(datetime.fromisoformat(wall).replace(tzinfo=ZoneInfo(zone)).timestamp()) * S


NOON = at("2024-01-03 12:00:00")
DELTA = Profile("delta", "legacy", (0, 1, 0, 0, 0, 0, 0, 0), 0.5, -0.5, 1, "edge", False)
PLAIN = Settings(profile=DELTA, min_time_between_signals_s=0.0, max_signals_per_minute=1000)
ALWAYS = {"entry_start": "00:00", "entry_end": "24:00", "flat_by": "24:00"}


class Tape:
    """Events at seconds after a base; a LONG (or SHORT) signal at 1 s on 1000 / 1001, unless told otherwise."""

    def __init__(self, base_ns: int = NOON, *, signal: bool = True, price: int = 1001) -> None:
        self.base_ns = base_ns
        self.events: list[Event] = []
        if signal:
            self.quote(0, 1000, 1001).trade(0, price).trade(1, price, 5)

    def ns(self, seconds: float) -> int:
        return self.base_ns + round(seconds * S)

    def quote(self, seconds: float, bid: int, ask: int | None, bid_size: int = 10, ask_size: int = 10) -> "Tape":
        self.events.append(quote(self.ns(seconds), bid, ask, bid_size, ask_size))
        return self

    def trade(self, seconds: float, price: int, size: int = 1) -> "Tape":
        self.events.append(trade(self.ns(seconds), price, size))
        return self

    def gap(self, seconds: float) -> "Tape":
        self.events.append(gap(self.ns(seconds)))
        return self

    def seed(self, seconds: float) -> "Tape":
        self.events.append(seed(self.ns(seconds), 1000, 1))
        return self

    def result(self, **changes: Any) -> Result:
        """Of the program, in one batch and in batches of one event; the reading and the actors must agree."""
        rules = with_holidays(replace(PLAIN, **changes))
        settings, month = settings_from(rules)
        batch = batch_from(self.events)
        whole = replay(batch, settings, month)
        assert_same(whole, run(self.events, rules))
        assert replay(batch, settings, month, range(1, len(batch))).decision_hash == whole.decision_hash
        if batch["ts_ns"][-1] - batch["ts_ns"][0] < 2 * 3600 * S:
            acted = live("actors", [batch], settings, month, mark_ns=60 * S)
            assert (acted.decision_hash, acted.round_trips) == (whole.decision_hash, whole.round_trips)
        return whole

    def fills(self, **changes: Any) -> list[tuple[float, int, int, int, str]]:
        return [
            ((f.ts_ns - self.base_ns) / S, f.side * f.contracts, f.contracts, f.price_ticks, f.reason)
            for f in self.result(**changes).fills
        ]

    def exits(self, **changes: Any) -> list[tuple[float, int, str]]:
        """Time, price and reason of the fills that are not the entry's."""
        return [(each[0], each[3], each[4]) for each in self.fills(**changes) if each[4] != "entry"]

    def outcomes(self, **changes: Any) -> list[str]:
        return [signal.outcome for signal in self.result(**changes).signals]


# equal times


def test_of_two_trades_at_one_time_the_first_to_signal_decides() -> None:
    """5 bought and 5 sold at 1 s: the second comes within the interval, and is not evaluated."""
    tape = Tape().trade(1, 1000, 5)
    assert [signal.direction for signal in tape.result().signals] == [1]
    assert [signal.direction for signal in tape.result(min_calculation_interval_s=0.0).signals] == [1, -1]


@pytest.mark.parametrize(("first", "direction"), [("quote", -1), ("trade", 1)])
def test_a_quote_prevails_for_the_trades_after_it_in_the_file_at_the_same_time_too(first: str, direction: int) -> None:
    """1001 is the ask, until a quote of 1001 / 1002 makes it the bid."""
    tape = Tape(signal=False).quote(0, 1000, 1001).trade(0, 1001)
    tape = (
        tape.quote(1, 1001, 1002).trade(1, 1001, 5) if first == "quote" else tape.trade(1, 1001, 5).quote(1, 1001, 1002)
    )
    assert [signal.direction for signal in tape.result().signals] == [direction]


def test_a_command_due_exactly_at_an_event_acts_before_it() -> None:
    """Due at 1.05 s: on the quote of 1.049 s, not on that of 1.05 s."""
    tape = Tape().quote(1.049, 1002, 1003).quote(1.05, 1010, 1011)
    assert tape.fills() == [(1.05, 1, 1, 1003, "entry")]


@pytest.mark.parametrize("kind", ["gap", "seed"])
def test_it_acts_before_a_gap_and_a_seed_too(kind: str) -> None:
    assert getattr(Tape(), kind)(1.05).fills() == [(1.05, 1, 1, 1001, "entry")]


def test_a_trade_at_the_entrys_own_time_meets_the_stop_that_now_rests() -> None:
    """The entry arrives at 1.05 s before the trade at 1.05 s, which is through the stop."""
    tape = Tape().trade(1.05, 993)
    assert tape.fills() == [(1.05, 1, 1, 1001, "entry"), (1.05, -1, 1, 993, "stop")]


def test_a_stop_hit_by_the_second_print_of_a_sweep_whose_first_signals() -> None:
    """Held since 1.05 s. At 200 s 5 at 994 on 994 / 995 are SHORT: close, sent; the print at 993 is the stop, at once."""
    tape = Tape().quote(199, 994, 995).trade(200, 994, 5).trade(200, 993, 5).quote(201, 990, 991)
    result = tape.result()
    assert [signal.outcome for signal in result.signals] == ["accepted", "close"]
    assert tape.exits() == [(200, 993, "stop")]
    assert result.round_trips[0].net_cents == -8 * 1250 - 450


def test_resting_orders_meet_a_trade_before_the_strategy_sees_it() -> None:
    """The trade that is the stop is SHORT too: it finds nothing held, and a loss to cool down from."""
    tape = Tape().quote(2, 993, 994).trade(3, 993, 5)
    assert tape.outcomes() == ["accepted", "cooldown"]
    assert tape.exits() == [(3, 993, "stop")]


# exits


@pytest.mark.parametrize(
    ("quoted", "printed", "filled"), [((995, 996), 993, 993), ((990, 991), 993, 990), ((990, 991), 985, 985)]
)
def test_a_stop_fills_at_the_worse_of_the_trade_and_the_touch(
    quoted: tuple[int, int], printed: int, filled: int
) -> None:
    assert Tape().quote(2, *quoted).trade(3, printed).exits() == [(3, filled, "stop")]


def test_a_target_waits_behind_its_queue() -> None:
    """10 ahead at 1017: 6 and 4 trade away, the next one fills us: 16 ticks less two commissions."""
    tape = Tape().quote(2, 1016, 1017, 9, 10).trade(3, 1017, 6).trade(4, 1017, 4).trade(5, 1017)
    assert tape.exits() == [(5, 1017, "target")]
    assert tape.result().round_trips[0].net_cents == 16 * 1250 - 450


def test_an_opposite_signal_closes_at_market_and_does_not_reverse() -> None:
    tape = Tape().trade(121.05, 1000, 5).quote(122, 1000, 1001)
    assert tape.exits() == [(121.1, 1000, "opposite")]
    assert tape.result().open_at_end is None
    assert Tape().trade(121.049, 1000, 5).outcomes() == ["accepted", "position_open"]


def test_an_entry_without_a_quote_is_cancelled_and_counts() -> None:
    tape = Tape().quote(1.02, 1000, None).quote(2, 1000, 1001).trade(3, 1000).trade(4, 1001, 5).quote(5, 1000, 1001)
    assert tape.fills() == [(4.05, 1, 1, 1001, "entry")]
    assert tape.outcomes(max_trades_per_day=1) == ["accepted", "max_trades"]


def test_a_short_trade_is_the_mirror_image() -> None:
    """Sold at 1000; an ask at the target of 984 fills it."""
    tape = Tape(price=1000).quote(2, 980, 984)
    assert tape.fills() == [(1.05, -1, 1, 1000, "entry"), (2, 1, 1, 984, "target")]


# the clock

FLAT = at("2024-01-03 15:55:00")


def test_flat_by_15_55_by_the_clock_not_by_the_next_event() -> None:
    """Issued at 15:55:00, it acts at 15:55:00.05 on the quote of then, though the next event is much later."""
    for later in (2000, 90_000):
        tape = Tape(FLAT - 1000 * S).quote(900, 1003, 1004).quote(later, 1010, 1011)
        assert tape.exits() == [(1000.05, 1003, "flatten")]


def test_an_entry_filled_after_15_55_is_flattened_from_its_fill_on() -> None:
    tape = (
        Tape(FLAT - 2 * S, signal=False).quote(0, 1000, 1001).trade(0, 1001).trade(1.97, 1001, 5).quote(3, 1000, 1001)
    )
    assert tape.fills(entry_end="15:55") == [(2.02, 1, 1, 1001, "entry"), (2.07, -1, 1, 1000, "flatten")]


def test_no_flatten_while_an_opposite_exit_is_under_way() -> None:
    tape = Tape(FLAT - 1000 * S).trade(999.98, 1000, 5).quote(1001, 1000, 1001)
    assert tape.exits() == [(1000.03, 1000, "opposite")]


def test_a_position_left_over_is_closed_at_17_00_chicago() -> None:
    """15:00 Chicago; flat_by 18:00 New York is the open itself: acts at 17:00:00.05 on the first quotes."""
    tape = Tape(at("2024-01-03 16:00:00")).quote(7200.03, 1003, 1004).quote(7300, 1010, 1011)
    assert tape.exits(entry_start="10:00", entry_end="17:00", flat_by="18:00") == [(7200.05, 1003, "flatten")]


def test_flat_by_24_00_leaves_it_open_and_valued_at_the_touch() -> None:
    """Two long at 1001, bid 1010 at the end: 18 ticks of 12.50, less two commissions of 2.25."""
    tape = Tape().quote(100_000, 1010, 1011)
    opened = tape.result(contracts=2, **ALWAYS).open_at_end
    assert opened is not None
    assert (opened.side, opened.contracts, opened.unrealised_usd) == ("long", 2, 18 * 12.5 - 4.5)
    last = Tape().trade(2, 1004).quote(3, 1000, None).result().open_at_end
    assert last is not None
    assert last.mark_price == 1004 / 4


def test_a_waiting_exit_ignores_the_break_and_takes_the_opens_first_quote() -> None:
    """SHORT at 15:59:59.97 Chicago: the exit arrives in the break, where no quote prevails."""
    tape = Tape(at("2024-01-03 16:59:00")).trade(59.97, 1000, 5)
    tape.quote(60.01, 1000, 1001).quote(600, 980, 981).trade(700, 900).quote(3660, 995, 996)
    assert tape.exits(min_trade_duration_s=1.0, **ALWAYS) == [(3660, 995, "opposite")]


@pytest.mark.parametrize(
    ("day", "outcome"),
    [
        ("2024-03-08", "accepted"),
        ("2024-03-11", "accepted"),  # the clocks changed between
        ("2024-11-01", "accepted"),
        ("2024-11-04", "accepted"),
        ("2024-07-03", "outside_entry_hours"),  # a half day
        ("2024-12-25", "outside_entry_hours"),
    ],
)
def test_hours_hold_around_the_nights_that_change_the_clock_and_on_half_days(day: str, outcome: str) -> None:
    """The signal comes at 09:35:00 New York exactly; one a second earlier is too early everywhere."""
    assert Tape(at(f"{day} 09:34:59")).outcomes() == [outcome]
    assert Tape(at(f"{day} 09:34:58")).outcomes() == ["outside_entry_hours"]


def test_the_queue_outlives_a_gap_and_the_signal_state_does_not() -> None:
    """10 ahead since 2 s; after the gap 50 are shown, and the 11th still is ours."""
    tape = Tape().quote(2, 1016, 1017, 9, 10).gap(3).quote(4, 1016, 1017, 9, 50).trade(5, 1017, 11)
    assert tape.exits() == [(5, 1017, "target")]
