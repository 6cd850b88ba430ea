"""The synthetic market trades as the real one does: the bands of `bn tape facts`, for the preset `normal`."""

import pytest

from simulator.facts.measure import measure
from simulator.facts.verdict import judge, tally
from simulator.flow.sessions import sessions

MISSES_MAX = (
    4  # of 59: a session's kurtosis or busiest half hour may lie outside by chance; `ops/bench flow` has ten seeds
)


@pytest.mark.jit
@pytest.mark.parametrize("seed", [21, 22])
def test_a_normal_session_lies_inside_the_bands_of_the_real_market(seed: int) -> None:
    verdicts = judge(measure(f"seed {seed}", sessions(seed=seed, count=1)))
    inside, judged = tally(verdicts)
    assert judged > 55
    assert judged - inside <= MISSES_MAX, [verdict for verdict in verdicts if verdict.inside is False]
