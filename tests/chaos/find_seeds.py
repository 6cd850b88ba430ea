"""Looks for the seeds of tests/chaos/test_mutants.py anew: `python -m tests.chaos.find_seeds [MUTANT...]`.

Of the first two hundred seeds the one that finds a planted bug soonest, by the invariant that is meant to find it.
"""

import sys
from time import perf_counter

from simulator.chaos.run import run
from simulator.chaos.swarm import drawn
from simulator.mutants.mutants import MUTANTS, planted
from tests.chaos.test_mutants import LONGER, MINUTES

SEEDS = 200
ENOUGH = 6  # that find it, of which the soonest is taken
PATIENCE_S = 150.0  # once one is found


def soonest(name: str) -> tuple[int, float, int, set[str]]:
    """The seed, at which virtual second it is found, how many seeds were tried, and what else broke."""
    found: list[tuple[float, int]] = []
    others: set[str] = set()
    began = perf_counter()
    for seed in range(1, SEEDS + 1):
        with planted(name):
            result = run(drawn(seed, LONGER.get(name, MINUTES)))
        if result.broken in MUTANTS[name].finds:
            found.append((result.at_s, seed))
        elif result.broken:
            others.add(f"{seed}: {result.broken} {result.told}")
        if len(found) >= ENOUGH or (found and perf_counter() - began > PATIENCE_S):
            break
    at_s, best = min(found, default=(0.0, 0))
    return best, at_s, seed, others


def main() -> None:
    """A line a mutant."""
    for name in sys.argv[1:] or MUTANTS:
        best, at_s, tried, others = soonest(name)
        more = f"; others {sorted(others)[:3]}" if others else ""
        sys.stdout.write(f'    "{name}": {best},  # at {at_s:.0f} s, {tried} tried{more}\n')
        sys.stdout.flush()


if __name__ == "__main__":
    main()
