"""Whatever signals and fills come, no limit of the gate is passed."""

from hypothesis import given
from hypothesis import strategies as st

from system.domain.bracket import Phase
from system.domain.risk import SubmitBracket
from system.domain.session import Calendar, in_span, new_york_s
from system.domain.settings import FOREVER_NS
from tests.domain.desk import Desk
from tests.domain.tape import S, new_york

START = new_york("2024-01-03 14:30:00")
STEPS_S = st.sampled_from([1, 5, 30, 60, 120, 300, 900, 3600, 40_000])
ACTIONS = st.sampled_from(["long", "short", "fill", "fill", "lose", "lose", "win", "part", "clock"])
LOSS_CENTS, TRADES, LOSSES, CONTRACTS, WORST_TICKS = 30_000, 4, 3, 2, 8


@given(st.lists(st.tuples(STEPS_S, ACTIONS), max_size=120))
def test_the_gate_never_lets_a_limit_be_passed(steps: list[tuple[int, str]]) -> None:
    desk = Desk(
        contracts=CONTRACTS,
        max_daily_loss_cents=LOSS_CENTS,
        max_trades_per_day=TRADES,
        max_consecutive_losses=LOSSES,
    )
    risk, calendar, now = desk.risk, Calendar(), START
    entries: dict[object, int] = {}
    trips: dict[object, list[int]] = {}
    lost_ns, side = None, 0
    for step_s, action in steps:
        now += step_s * S
        if risk.flatten_due_ns <= now:
            desk.fill(risk.flatten_due_ns, risk.flatten().side, risk.position.contracts, 1000, "flatten")
            assert risk.phase is Phase.FLAT
        position, day = risk.position, calendar.at(now).day
        if action in ("long", "short"):
            outcome = desk.signal(now, 1 if action == "long" else -1)
            if outcome == "accepted":
                assert isinstance(desk.command, SubmitBracket)
                assert desk.command.contracts == CONTRACTS
                side = desk.command.side
                entries[day] = entries.get(day, 0) + 1
                assert position.side == 0
                assert in_span(new_york_s(now), 9 * 3600 + 2100, 15 * 3600 + 2700)
                assert lost_ns is None or now - lost_ns >= 300 * S
                assert entries[day] <= TRADES
                assert sum(trips.get(day, [])) > -LOSS_CENTS
                assert not trips.get(day) or max(trips[day][-LOSSES:]) >= 0 or len(trips[day]) < LOSSES
            continue
        trip = None
        if action == "fill" and risk.phase is Phase.ENTERING:
            desk.fill(now, side, CONTRACTS, 1000, "entry")
        elif action in ("lose", "win", "part") and position.side:
            ticks = 16 if action == "win" else -WORST_TICKS
            contracts = 1 if action == "part" else position.contracts
            trip = desk.fill(now, -position.side, contracts, 1000 + position.side * ticks, "stop")
        if trip is not None:
            trips.setdefault(day, []).append(trip.net_cents)
            lost_ns = now if trip.net_cents < 0 else lost_ns
        assert risk.position.contracts <= CONTRACTS
        assert (risk.flatten_due_ns < FOREVER_NS) == (risk.phase is Phase.OPEN)
