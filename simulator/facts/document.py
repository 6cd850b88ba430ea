"""The document that `bn tape facts --json` prints. Its names are a contract: scripts depend on them."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from simulator.facts.measure import Facts
from simulator.facts.verdict import judge, tally


def document(tapes: Sequence[Facts]) -> dict[str, Any]:
    """Every figure of every tape, as JSON takes it; `inside` of a tape counts the figures that are inside."""
    return {"tapes": [_tape(facts) for facts in tapes]}


def _tape(facts: Facts) -> dict[str, Any]:
    verdicts = judge(facts)
    inside, judged = tally(verdicts)
    return {
        "name": facts.name,
        "summary": facts.summary,
        "facts": [asdict(verdict) for verdict in verdicts],
        "inside": inside,
        "judged": judged,
    }
