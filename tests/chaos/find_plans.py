"""Looks for the plans in tests/chaos/planted anew: `python -m tests.chaos.find_plans [MUTANT...]`; all by default.

Of the first two hundred seeds the first that finds a planted bug by the invariant that is meant to find it, made small.
"""

import sys

from simulator.chaos.plan import Plan, write_chaos
from simulator.chaos.run import Result, run
from simulator.chaos.shrink import shrink
from simulator.chaos.swarm import drawn
from simulator.mutants.mutants import MUTANTS, planted
from tests.chaos.test_mutants import PLANTED

SEEDS = 200
MINUTES = 10
LONGER = {"hours_ignored": 25, "losses_not_summed": 25}  # until the hours of entries, or the day's limit, are over


def find(name: str) -> tuple[Result, int] | None:
    """What the smallest plan comes to, and how many runs that took."""

    def once(plan: Plan) -> Result:
        with planted(name):
            return run(plan)

    for seed in range(1, SEEDS + 1):
        result = once(drawn(seed, LONGER.get(name, MINUTES)))
        if result.broken in MUTANTS[name].finds:
            small, more = shrink(result, once)
            return small, seed + more
    return None


def main() -> None:
    """A file and a line a mutant."""
    for name in sys.argv[1:] or MUTANTS:
        found = find(name)
        told = "not found"
        if found is not None:
            small, runs = found
            (PLANTED / f"{name}.toml").write_text(write_chaos(small.plan))
            told = f"{small.broken} at {small.at_s:.0f} s, {len(small.plan.wrongs)} wrongs, after {runs} runs"
        sys.stdout.write(f"{name}: {told}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
