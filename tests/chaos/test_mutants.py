"""Every planted bug is found, by the invariant that is meant to find it."""

import pytest

from simulator.chaos.plan import Plan
from simulator.chaos.run import run
from simulator.chaos.swarm import drawn
from simulator.mutants.mutants import MUTANTS, planted

pytestmark = pytest.mark.jit
MINUTES = 4
# The seed, of the first two hundred, that finds it soon: what `python -m tests.chaos.find_seeds` says.
FOUND_BY = {
    "double_size": 4,
    "unknown_is_dead": 192,
    "close_outside_group": 25,
    "hours_ignored": 22,
    "journal_after_send": 4,
    "state_without_record": 4,
    "cooldown_lost_on_restart": 66,
    "position_not_compared": 175,
    "fill_counted_twice": 62,
    "executions_not_taken": 3,
    "correction_counted_again": 200,
    "cooldown_ignored": 25,
    "entries_not_counted": 28,
    "losses_not_summed": 83,
    "id_reuse_after_rollback": 175,
    "reference_of_the_wrong_side": 4,
    "resend_on_timeout": 192,
    "empty_taken_for_flat": 189,
    "foreign_order_canceled": 148,
    "price_off_the_grid": 4,
    "questions_without_end": 4,
    "halt_left_by_reconnecting": 76,
    "halt_ignored": 19,
    "tasks_leak": 70,
    "wrong_sign_kept": 72,
    "foreign_position_closed": 107,
    "stop_not_verified": 194,
    "bare_and_silent": 109,
    "no_heartbeat": 65,
    "stall_unnoticed": 46,
    "never_dials_again": 63,
    "gives_up_silently": 167,
    "tries_without_end": 167,
    "tries_reset_too_early": 97,
    "silent_pending": 110,
    "unknown_for_ever": 13,
    "alert_says_nothing": 175,
}
LONGER = {
    "hours_ignored": 20,  # minutes: until the hours of entries are over
    **dict.fromkeys(("executions_not_taken", "silent_pending"), 5),  # they show in the calm at the end
    **dict.fromkeys(("entries_not_counted", "losses_not_summed", "id_reuse_after_rollback", "wrong_sign_kept"), 10),
    **dict.fromkeys(("foreign_position_closed", "tries_reset_too_early"), 10),
}
CALM = {"hours_ignored", "entries_not_counted", "losses_not_summed"}  # the market alone finds it: nothing goes wrong
INVARIANTS = {*(f"S{number:02}" for number in range(1, 20)), *(f"L{number:02}" for number in range(1, 9))}


def plan_of(name: str, seed: int) -> Plan:
    """What is run to find a bug."""
    plan = drawn(seed, LONGER.get(name, MINUTES))
    return plan.only(()) if name in CALM else plan


@pytest.mark.parametrize("name", FOUND_BY)
def test_a_planted_bug_is_found(name: str) -> None:
    with planted(name):
        result = run(plan_of(name, FOUND_BY[name]))
    assert result.broken in MUTANTS[name].finds, (result.broken, result.told, result.decisions)


def test_every_bug_has_a_seed() -> None:
    assert set(FOUND_BY) == set(MUTANTS)


def test_every_invariant_has_a_bug() -> None:
    assert {invariant for mutant in MUTANTS.values() for invariant in mutant.finds} == INVARIANTS


def test_a_planted_bug_is_gone_afterwards() -> None:
    for name, mutant in MUTANTS.items():
        before = [(swap.owner, swap.name, swap.owner.__dict__[swap.name]) for swap in mutant.plant()]
        with planted(name):
            assert all(owner.__dict__[attribute] is not old for owner, attribute, old in before)
        assert all(owner.__dict__[attribute] is old for owner, attribute, old in before)
