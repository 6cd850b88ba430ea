"""The synthetic market's figures: how fast it is made, and how many of ten seeds hold each band of real ES."""

from collections import Counter
from time import perf_counter
from typing import Any, Final

from simulator.facts.measure import measure
from simulator.facts.verdict import judge
from simulator.flow.sessions import sessions
from system.domain.session import Calendar

SEEDS: Final = 10


def bands() -> dict[str, Any]:
    """For each judged fact that some seed misses, how many of ten hold it; and the number of those that all hold."""
    held: Counter[str] = Counter()
    judged: Counter[str] = Counter()
    for seed in range(1, SEEDS + 1):
        for verdict in judge(measure(f"seed {seed}", sessions(seed=seed, count=1), Calendar())):
            if verdict.inside is not None:
                name = f"{verdict.key} ({verdict.segment})"
                judged[name] += 1
                held[name] += verdict.inside
    missed = {name: f"{held[name]} of {count}" for name, count in judged.items() if held[name] < count}
    return {"judged": len(judged), "held_by_all": len(judged) - len(missed), "missed": missed}


def speed() -> float:
    """Events a second, of the best of three sessions."""
    rates = []
    for seed in (1, 2, 3, 4):
        began = perf_counter()
        events = sum(len(batch) for batch in sessions(seed=seed, count=1))
        rates.append(events / (perf_counter() - began))
    return max(rates[1:])
