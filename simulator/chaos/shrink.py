"""A failing plan made small: as few faults and blows as still break the same invariant, in the same market."""

from collections.abc import Callable, Sequence
from typing import Final, TypeVar

from simulator.chaos.plan import Plan
from simulator.chaos.run import Result

RUNS_MAX: Final = 60
T = TypeVar("T")


def shrink(failed: Result, run: Callable[[Plan], Result]) -> tuple[Result, int]:
    """The smallest result found, and how many runs it took: delta debugging over all that goes wrong."""
    best, runs = failed, 0

    def still(wrongs: Sequence[object]) -> bool:
        nonlocal best, runs
        if runs >= RUNS_MAX:
            return False
        runs += 1
        result = run(failed.plan.only(tuple(wrongs)))  # type: ignore[arg-type]
        if result.broken != failed.broken:
            return False
        best = result
        return True

    fewest(failed.plan.wrongs, still)
    return best, runs


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
