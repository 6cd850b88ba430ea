"""Whether each figure of a tape lies inside its band."""

from collections.abc import Sequence
from dataclasses import dataclass

from simulator.facts.bands import BANDS, LEAST
from simulator.facts.catalogue import CATALOGUE
from simulator.facts.measure import Facts


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """One figure beside its band. `inside` is None without a band, and where there is too little data to judge."""

    key: str
    label: str
    unit: str
    segment: str
    value: float | None
    low: float | None
    high: float | None
    inside: bool | None


def judge(facts: Facts) -> list[Verdict]:
    """All facts of the catalogue, in its order; a fact of both segments gives two, RTH first."""
    verdicts = []
    for fact in CATALOGUE:
        for segment in fact.segments:
            value = facts.values[segment].get(fact.key)
            low, high = BANDS[segment].get(fact.key, (None, None))
            inside = None
            if low is not None and high is not None and value is not None:
                enough = facts.counts[segment].get(fact.basis, 0) >= LEAST[fact.basis]
                inside = low <= value <= high if enough else None
            verdicts.append(
                Verdict(
                    key=fact.key,
                    label=fact.label,
                    unit=fact.unit,
                    segment=segment,
                    value=value,
                    low=low,
                    high=high,
                    inside=inside,
                )
            )
    return verdicts


def tally(verdicts: Sequence[Verdict]) -> tuple[int, int]:
    """How many lie inside their bands, of how many that could be judged."""
    judged = [verdict.inside for verdict in verdicts if verdict.inside is not None]
    return sum(judged), len(judged)
