"""What grows: memory, handles, tasks, objects and the sizes of what holds things, day by day, and how fast."""

import gc
import os
import resource
import statistics
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import trio

KIB: Final = 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """Of one moment. `counts`: what must not rise from day to day; `blocks`: of memory that Python has given out."""

    day: int
    rss_kib: int
    blocks: int
    counts: Mapping[str, int]
    sizes: Mapping[str, int]


def measure(day: int, kinds: Sequence[type], sizes: Mapping[str, int]) -> Measure:
    """Now, once garbage is gone: handles, tasks, and how many there are of some kinds of objects."""
    gc.collect()
    gc.collect()
    rss_kib, blocks = _rss_kib(), sys.getallocatedblocks()
    objects = census()
    of_kinds = {kind.__qualname__: objects[kind] for kind in kinds}
    handles, tasks = len(os.listdir("/proc/self/fd")), _tasks()
    counts = {"handles": handles, "tasks": tasks, **of_kinds}
    return Measure(day=day, rss_kib=rss_kib, blocks=blocks, counts=counts, sizes=dict(sizes))


def census() -> Counter[type]:
    """How many objects there are of each kind, of those that may hold others."""
    return Counter(map(type, gc.get_objects()))


def slope_kib(measures: Sequence[Measure]) -> float:
    """KiB a day, by least squares; 0 where there are too few days to tell."""
    if len(measures) < 2:
        return 0.0
    return statistics.linear_regression([one.day for one in measures], [one.rss_kib for one in measures]).slope


def rising(measures: Sequence[Measure]) -> list[str]:
    """Which counts end higher than they began, and have been no lower in between."""
    first, last = measures[0], measures[-1]
    return [
        f"{name} have risen from {first.counts[name]} to {last.counts[name]}"
        for name in first.counts
        if last.counts[name] > max(one.counts[name] for one in measures[: max(1, len(measures) // 2)])
    ]


def grown(before: Counter[type], after: Counter[type], most: int = 8) -> list[str]:
    """The kinds of objects of which there are more than before, the most first."""
    more = Counter(after)
    more.subtract(before)
    return [f"{kind.__module__}.{kind.__qualname__} {n:+d}" for kind, n in more.most_common(most) if n > 0]


def _rss_kib() -> int:
    with open("/proc/self/statm", encoding="ascii") as file:
        return int(file.read().split()[1]) * resource.getpagesize() // KIB


def _tasks() -> int:
    """All of trio's, its own aside."""
    root = trio.lowlevel.current_root_task()
    assert root is not None
    waiting, number = [root], 0
    while waiting:
        number += 1
        for nursery in waiting.pop().child_nurseries:
            waiting += nursery.child_tasks
    return number
