"""A failing plan made small: as few faults and blows as still break the same invariant, in the same market."""

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final, TypeVar

from simulator.chaos.plan import Plan
from simulator.chaos.run import Result

RUNS_MAX: Final = 60
LONGER_S: Final = 120.0  # than it took to fail: with fewer faults it may take more
T = TypeVar("T")


def shrink(failed: Result, run: Callable[[Plan], Result]) -> tuple[Result, int]:
    """The smallest result found, and how many runs it took: delta debugging over all that goes wrong."""
    best, runs, base = failed, 0, failed.plan

    def still(wrongs: Sequence[object]) -> bool:
        nonlocal best, runs
        if runs >= RUNS_MAX:
            return False
        runs += 1
        result = run(base.only(tuple(wrongs)))  # type: ignore[arg-type]
        if result.broken != failed.broken:
            return False
        best = result
        return True

    base = cut(failed)
    if not still(base.wrongs):
        base = failed.plan
    fewest(base.wrongs, still)
    return best, runs


def cut(failed: Result) -> Plan:
    """The plan up to where it failed, and a little longer, so that what does not fail any more ends soon."""
    plan, at_s = failed.plan, failed.at_s
    plan = plan.only(tuple(wrong for wrong in plan.wrongs if (wrong.at_s or 0.0) <= at_s))
    if at_s >= plan.heal_s:  # it took the calm at the end
        return plan
    return replace(plan, regime="safety", minutes=min(plan.minutes, math.ceil((at_s + LONGER_S) / 60)))


def fewest(items: Sequence[T], still: Callable[[Sequence[T]], bool]) -> list[T]:
    """Leave out parts of a list, ever smaller ones, as long as it `still` holds without them."""
    kept = list(items)
    size = max(1, len(kept) // 2)
    while kept:
        shorter = None
        for start in range(0, len(kept), size):
            rest = kept[:start] + kept[start + size :]
            if still(rest):
                shorter = rest
                break
        if shorter is not None:
            kept = shorter
            size = max(1, min(size, len(kept) // 2))
        elif size == 1:
            break
        else:
            size = max(1, size // 2)
    return kept
