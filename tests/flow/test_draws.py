"""The random draws have the distributions that they are named after."""

from math import exp, log
from statistics import NormalDist

import numpy as np
import numpy.typing as npt
import pytest

from simulator.flow.draws import bits, decay, exponential, fair, normal, seed_generators, uniform

DRAWS = 20_000


def state(seed: int = 1) -> npt.NDArray[np.void]:
    found = np.zeros(1, dtype=[("carry", "i8"), ("shift", "i8")])
    seed_generators(found, (seed * 7919, seed, seed * 104_729))
    return found


def test_exponential_draws_have_the_quantiles_of_their_law() -> None:
    of = state()
    drawn = np.sort([exponential(of) for _ in range(DRAWS)])
    for share in (0.1, 0.5, 0.9, 0.99):
        error = np.sqrt(share / (1 - share) / DRAWS)
        assert abs(drawn[int(share * DRAWS)] + log(1 - share)) < 5 * error
    assert drawn.min() >= 0
    assert drawn.max() > 8.4  # beyond the table, by its memorylessness


def test_normal_draws_have_the_quantiles_of_their_law() -> None:
    of = state(2)
    drawn = np.sort([normal(of) for _ in range(DRAWS)])
    for share in (0.01, 0.1, 0.5, 0.9, 0.99):
        assert abs(drawn[int(share * DRAWS)] - NormalDist().inv_cdf(share)) < 0.1
    assert abs(drawn.std() - 1) < 0.03


def test_uniform_and_fair_draws_fill_their_range_evenly() -> None:
    of = state(3)
    drawn = np.array([uniform(of) for _ in range(DRAWS)])
    counts = np.histogram(drawn, 20, (0, 1))[0]
    assert (abs(counts - DRAWS / 20) < 5 * np.sqrt(DRAWS / 20)).all()
    assert abs(np.mean([fair(of) for _ in range(DRAWS)]) - 0.5) < 0.02


def test_neither_generator_stands_still_whatever_the_words() -> None:
    for words in ((0, 0, 0), (698_769_067, 0xFFFFFFFF, 0xFFFFFFFF), (0xFFFFFFFF, 1, 0xFFFFFFFE)):
        of = np.zeros(1, dtype=[("carry", "i8"), ("shift", "i8")])
        seed_generators(of, words)
        assert len({bits(of) for _ in range(100)}) > 90


@pytest.mark.parametrize("x", [0.0, 1e-6, 0.003, 0.5, 1.0, 3.3, 15.99])
def test_decay_is_the_exponential_function(x: float) -> None:
    assert decay(x) == pytest.approx(exp(-x), abs=2e-6)


def test_decay_ends_at_nothing() -> None:
    assert decay(16.0) == 0
    assert decay(1e12) == 0
