"""Every planted bug is found, by the invariant that is meant to find it."""

import pytest

from simulator.chaos.run import run
from simulator.chaos.swarm import drawn
from simulator.mutants.mutants import MUTANTS, planted

pytestmark = pytest.mark.jit
MINUTES = 10
# The seed, of the first two hundred, that finds it soon.
FOUND_BY = {
    "double_size": 1,
    "unknown_is_dead": 125,
    "close_outside_group": 73,
    "hours_ignored": 2,
    "journal_after_send": 1,
    "state_without_record": 1,
    "cooldown_lost_on_restart": 66,
    "position_not_compared": 8,
    "fill_counted_twice": 35,
    "correction_counted_again": 200,
    "cooldown_ignored": 3,
    "entries_not_counted": 10,
    "losses_not_summed": 53,
    "id_reuse_after_rollback": 147,
    "reference_of_the_wrong_side": 1,
    "resend_on_timeout": 7,
    "foreign_order_canceled": 173,
    "price_off_the_grid": 1,
    "questions_without_end": 1,
    "halt_left_by_reconnecting": 74,
    "halt_ignored": 63,
    "tasks_leak": 187,
    "wrong_sign_kept": 135,
    "foreign_position_closed": 52,
    "stop_not_verified": 167,
    "bare_and_silent": 167,
    "no_heartbeat": 117,
    "stall_unnoticed": 174,
    "never_dials_again": 35,
    "gives_up_silently": 8,
    "unknown_for_ever": 3,
    "alert_says_nothing": 141,
}
LONGER = {"hours_ignored": 25}  # minutes: until the hours of entries are over
INVARIANTS = {*(f"S{number:02}" for number in range(1, 20)), *(f"L{number:02}" for number in range(1, 9))}


@pytest.mark.parametrize("name", FOUND_BY)
def test_a_planted_bug_is_found(name: str) -> None:
    with planted(name):
        result = run(drawn(FOUND_BY[name], LONGER.get(name, MINUTES)))
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
