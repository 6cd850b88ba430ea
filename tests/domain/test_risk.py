"""METHOD.md 6: what becomes of a signal."""

from datetime import date
from itertools import accumulate
from typing import Any

import pytest

from system.domain.bracket import IllegalTransitionError
from system.domain.instrument import MES, ContractMonth
from system.domain.position import FLAT
from system.domain.risk import ExitAtMarket, SubmitBracket
from system.domain.settings import Blackout
from tests.domain.desk import Desk
from tests.domain.tape import NOON, S, new_york

FREE: dict[str, Any] = {"cooldown_after_loss_ns": 0}
OUT = "outside_entry_hours"


@pytest.mark.parametrize(
    ("direction", "side", "stop", "target"), [(1, 1, 1001 - 8, 1001 + 16), (-1, -1, 1000 + 8, 1000 - 16)]
)
def test_an_accepted_signal_submits_a_bracket_around_its_reference(
    direction: Any, side: int, stop: int, target: int
) -> None:
    """The ask of 1001 for a buy, the bid of 1000 for a sell."""
    desk = Desk(contracts=3)
    assert desk.signal(direction=direction) == "accepted"
    assert desk.command == SubmitBracket(side=direction, contracts=3, stop_ticks=stop, target_ticks=target)


@pytest.mark.parametrize(
    ("wall", "outcome"),
    [
        ("2024-01-03 09:34:59", OUT),
        ("2024-01-03 09:35:00", "accepted"),
        ("2024-01-03 15:44:59", "accepted"),
        ("2024-01-03 15:45:00", OUT),
        ("2024-01-03 20:00:00", OUT),
        ("2024-07-10 09:34:59", OUT),
        ("2024-07-10 09:35:00", "accepted"),
        ("2024-03-08 09:35:00", "accepted"),  # the Friday before the clocks change
        ("2024-03-11 09:34:59", OUT),  # and the Monday after
        ("2024-03-11 09:35:00", "accepted"),
        ("2024-01-06 12:00:00", OUT),  # a Saturday
        ("2024-07-03 12:00:00", OUT),  # a half day, before its close too
        ("2024-12-25 12:00:00", OUT),
    ],
)
def test_entries_are_made_in_hours_of_full_sessions(wall: str, outcome: str) -> None:
    assert Desk().signal(new_york(wall)) == outcome


@pytest.mark.parametrize(
    ("hours", "wall", "outcome"),
    [
        ((18, 9, 955), "02:00", "accepted"),
        ((18, 9, 955), "20:00", "accepted"),
        ((18, 9, 955), "12:00", OUT),
        ((10, 10, 955), "10:00", OUT),  # empty: none
        ((18, 24, 955), "23:59", "accepted"),
        ((18, 24, 955), "00:00", OUT),
        ((0, 24, 955), "15:54", "accepted"),
        ((0, 24, 955), "15:55", OUT),  # flat by then, until 18:00
        ((0, 24, 955), "17:59", OUT),
        ((0, 24, 955), "18:00", "accepted"),
        ((0, 24, 1440), "15:55", "accepted"),  # flat_by 24:00: never
        ((0, 24, 1080), "17:59", "accepted"),  # flat_by 18:00: an empty span
        ((18, 20, 1200), "19:59", "accepted"),  # flat_by 20:00 wraps to 18:00 of the next day
        ((0, 24, 1200), "03:00", OUT),
    ],
)
def test_hours_wrap_and_end_at_24_00(hours: tuple[int, int, int], wall: str, outcome: str) -> None:
    start, end, flat_by = hours
    desk = Desk(entry_start_s=start * 3600, entry_end_s=end * 3600, flat_by_s=flat_by * 60)
    assert desk.signal(new_york(f"2024-01-03 {wall}:00")) == outcome


def test_configured_closures_deny_and_allow() -> None:
    assert Desk(closures={date(2024, 1, 3): None}).signal() == OUT
    assert Desk(closures={date(2024, 1, 3): 12 * 3600}).signal() == OUT
    assert Desk(closures={date(2024, 7, 3): 16 * 3600}).signal(new_york("2024-07-03 12:00:00")) == "accepted"


def test_no_entry_on_or_after_the_roll_date() -> None:
    """March 2024: the third Friday is the 15th; eight days before is the 7th."""
    march = ContractMonth(2024, 3)
    eve, roll = new_york("2024-03-06 12:00:00"), new_york("2024-03-07 12:00:00")
    assert [Desk(march).signal(ts_ns) for ts_ns in (eve, roll, roll + 86_400 * S)] == ["accepted", OUT, OUT]
    assert Desk().signal(roll) == "accepted"  # no contract month, no roll
    assert Desk(march, roll_days=7).signal(roll) == "accepted"
    desk = Desk(march)
    desk.risk.change_contract(march.next())
    assert desk.signal(roll) == "accepted"


def test_the_roll_is_by_the_session_not_by_the_date() -> None:
    """At 18:00 New York on the 6th the session of the 7th has begun."""
    night = {"entry_start_s": 18 * 3600, "entry_end_s": 24 * 3600}
    assert Desk(ContractMonth(2024, 3), **night).signal(new_york("2024-03-06 18:00:00")) == OUT
    assert Desk(ContractMonth(2024, 3), **night).signal(new_york("2024-03-05 18:00:00")) == "accepted"


def test_blackouts_are_half_open() -> None:
    around = (Blackout(start_ns=NOON - 5, end_ns=NOON), Blackout(start_ns=NOON + 1, end_ns=NOON + 5))
    assert Desk(blackouts=around).signal() == "accepted"
    assert Desk(blackouts=(*around, Blackout(start_ns=NOON, end_ns=NOON + 1))).signal() == OUT


def test_while_an_entry_is_on_its_way_every_signal_finds_a_position() -> None:
    desk = Desk()
    assert [desk.signal(), desk.signal(direction=-1)] == ["accepted", "position_open"]


@pytest.mark.parametrize(("held_ns", "outcome"), [(120 * S - 1, "position_open"), (120 * S, "close")])
@pytest.mark.parametrize("direction", [1, -1])
def test_an_opposite_signal_closes_from_120_s_after_the_fill_on(held_ns: int, outcome: str, direction: Any) -> None:
    desk = Desk(contracts=2)
    desk.enter(direction=direction)
    assert desk.signal(NOON + held_ns, direction) == "position_open"  # never in the position's own direction
    assert desk.signal(NOON + held_ns, -direction) == outcome
    if outcome == "close":
        assert desk.command == ExitAtMarket(side=-direction, contracts=2, reason="opposite")
        assert desk.signal(NOON + held_ns + 1, -direction) == "position_open"  # an exit is under way


def test_the_duration_counts_from_the_first_fill_of_the_entry() -> None:
    desk = Desk(contracts=2)
    desk.signal()
    desk.fill(NOON, 1, 1, 1001, "entry")
    desk.fill(NOON, 1, 1, 1002, "entry")
    desk.fill(NOON + S, -1, 1, 1017, "target")
    assert desk.signal(NOON + 120 * S, -1) == "close"
    assert desk.command == ExitAtMarket(side=-1, contracts=1, reason="opposite")


def test_a_close_does_not_ask_the_later_rules() -> None:
    desk = Desk(blackouts=(Blackout(start_ns=NOON + 1, end_ns=NOON + 1000 * S),), require_pattern=False)
    desk.enter()
    assert desk.signal(NOON + 200 * S, -1) == "close"


def test_the_cooldown_is_over_at_exactly_its_length() -> None:
    for later, outcome in ((300 * S - 1, "cooldown"), (300 * S, "accepted")):
        desk = Desk()
        desk.trade(NOON, -8)
        assert desk.signal(NOON + S + later) == outcome


def test_a_trade_that_nets_0_or_more_neither_cools_down_nor_counts_as_a_loss() -> None:
    """Without commissions a trade at its own price nets 0; with them it loses 4.50."""
    desk = Desk(commission_cents=0, max_consecutive_losses=1)
    desk.trade(NOON, 0)
    assert desk.signal(NOON + 2 * S) == "accepted"
    desk = Desk()
    desk.trade(NOON, 0)
    assert desk.signal(NOON + 2 * S) == "cooldown"


@pytest.mark.parametrize(("limit", "outcome"), [(20_900, "daily_loss"), (20_901, "accepted")])
def test_the_daily_loss_is_net_of_commissions_and_reached_at_the_limit(limit: int, outcome: str) -> None:
    """Two losses of 8 x 12.50 + 4.50 = 104.50."""
    desk = Desk(max_daily_loss_cents=limit, **FREE)
    desk.trade(NOON, -8)
    desk.trade(NOON + 10 * S, -8)
    assert desk.risk.counters.net_cents == -20_900
    assert desk.signal(NOON + 20 * S) == outcome


def test_mes_counts_its_own_cents() -> None:
    """8 x 1.25 + 2 x 0.62 = 11.24."""
    desk = Desk(instrument=MES, commission_cents=MES.commission_cents)
    desk.trade(NOON, -8)
    assert desk.risk.counters.net_cents == -1124


def test_max_trades_counts_entries_submitted_cancelled_ones_too() -> None:
    desk = Desk(max_trades_per_day=2)
    assert desk.signal() == "accepted"
    desk.risk.entry_canceled()
    assert desk.risk.position == FLAT
    desk.trade(NOON + S, 8)
    assert desk.signal(NOON + 10 * S) == "max_trades"


def test_a_streak_of_losses_ends_with_a_win() -> None:
    desk = Desk(max_consecutive_losses=2, **FREE)
    for second, ticks in enumerate((-8, 8, -8)):
        desk.trade(NOON + 10 * second * S, ticks)
    desk.trade(NOON + 40 * S, -8)
    assert desk.signal(NOON + 50 * S) == "consecutive_losses"


def test_require_pattern_asks_for_one_in_the_signals_direction() -> None:
    assert Desk(require_pattern=True).signal() == "no_pattern"
    assert Desk(require_pattern=True).signal(patterned=True) == "accepted"
    assert Desk().signal() == "accepted"


def test_the_first_reason_that_applies_is_given() -> None:
    """All rules apply; each change takes one away, in METHOD.md's order."""
    limits: dict[str, Any] = {
        "entry_start_s": 13 * 3600,
        "cooldown_after_loss_ns": 10 * S,
        "max_daily_loss_cents": 1,
        "max_trades_per_day": 1,
        "max_consecutive_losses": 1,
        "require_pattern": True,
    }
    changes: list[dict[str, Any]] = [
        {},
        {"entry_start_s": 0},
        FREE,
        {"max_daily_loss_cents": 10**9},
        {"max_trades_per_day": 9},
        {"max_consecutive_losses": 9},
        {"require_pattern": False},
    ]
    outcomes = []
    for taken in accumulate(changes, lambda before, change: {**before, **change}, initial=limits):
        desk = Desk(**{**limits, "entry_start_s": 0, "require_pattern": False})
        desk.trade(NOON, -8)
        late = Desk(**taken)
        late.risk.counters = desk.risk.counters
        outcomes.append(late.signal(NOON + 2 * S))
    assert outcomes[1:] == [
        "outside_entry_hours",
        "cooldown",
        "daily_loss",
        "max_trades",
        "consecutive_losses",
        "no_pattern",
        "accepted",
    ]
    desk = Desk(**{**limits, "entry_start_s": 0, "require_pattern": False})
    desk.signal()
    assert desk.signal(new_york("2024-01-03 23:00:00")) == "position_open"  # before all of them


EVENING: dict[str, Any] = {"entry_start_s": 0, "entry_end_s": 86_400, "flat_by_s": 86_400}
LATE, NEXT = new_york("2024-01-03 16:59:00"), new_york("2024-01-03 18:00:00")  # the last minute, and the next open
STRICT: dict[str, Any] = {"max_daily_loss_cents": 1, "max_trades_per_day": 1, "max_consecutive_losses": 1}


def test_counters_restart_with_the_session_and_the_cooldown_does_not() -> None:
    desk = Desk(**EVENING, **STRICT, **FREE)
    desk.trade(LATE, -8)
    assert desk.signal(LATE + 2 * S) == "daily_loss"
    assert desk.signal(NEXT) == "accepted"
    desk = Desk(**{**EVENING, **STRICT, "cooldown_after_loss_ns": 3660 * S})
    desk.trade(LATE, -8)
    assert [desk.signal(NEXT), desk.signal(LATE + 3661 * S)] == ["cooldown", "accepted"]


def test_a_trade_belongs_to_the_session_of_its_last_exit() -> None:
    """Entered before the break, stopped after it: the loss is the next session's, the entry was the first's."""
    desk = Desk(**EVENING, max_daily_loss_cents=1, max_trades_per_day=1, **FREE)
    desk.trade(LATE, -8, exit_ns=NEXT)
    counters = desk.risk.counters
    assert (str(desk.day), counters.net_cents, counters.losses, counters.entries) == ("2024-01-04", -10_450, 1, 0)
    assert desk.signal(NEXT + S) == "daily_loss"


def test_reports_that_cannot_be_are_refused() -> None:
    with pytest.raises(IllegalTransitionError):
        Desk().risk.entry_canceled()
    with pytest.raises(IllegalTransitionError):
        Desk().fill(NOON, 1, 1, 1001, "entry")
