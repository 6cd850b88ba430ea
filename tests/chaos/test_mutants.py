"""Every planted bug is found, by the invariant that is meant to find it."""

from pathlib import Path

import pytest

from simulator.chaos.plan import load_chaos
from simulator.chaos.run import run
from simulator.mutants.mutants import MUTANTS, planted

pytestmark = pytest.mark.jit
PLANTED = Path(__file__).parent / "planted"  # for each bug a plan that finds it: whatever the swarm draws, it stays
INVARIANTS = {*(f"S{number:02}" for number in range(1, 20)), *(f"L{number:02}" for number in range(1, 9))}


@pytest.mark.parametrize("name", sorted(MUTANTS))
def test_a_planted_bug_is_found(name: str) -> None:
    with planted(name):
        result = run(load_chaos(PLANTED / f"{name}.toml"))
    assert result.broken in MUTANTS[name].finds, (result.broken, result.told, result.decisions)


def test_every_bug_has_a_plan() -> None:
    assert {path.stem for path in PLANTED.iterdir()} == set(MUTANTS)


def test_every_invariant_has_a_bug() -> None:
    assert {invariant for mutant in MUTANTS.values() for invariant in mutant.finds} == INVARIANTS


def test_a_planted_bug_is_gone_afterwards() -> None:
    for name, mutant in MUTANTS.items():
        before = [(swap.owner, swap.name, swap.owner.__dict__[swap.name]) for swap in mutant.plant()]
        with planted(name):
            assert all(owner.__dict__[attribute] is not old for owner, attribute, old in before)
        assert all(owner.__dict__[attribute] is old for owner, attribute, old in before)
