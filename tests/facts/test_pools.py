"""Pools give what numpy gives on all values at once, and stay small."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.facts.pools import Correlation, Histogram, Moments, Samples

NUMBERS = st.lists(st.integers(0, 200), min_size=1, max_size=60)


@given(NUMBERS, st.sampled_from([0.0, 0.5, 0.9, 0.99, 1.0]))
def test_the_quantile_of_a_histogram_is_numpy_s(numbers: list[int], quantile: float) -> None:
    histogram = Histogram()
    histogram.add(np.array(numbers))
    assert histogram.counted_quantile(quantile) == pytest.approx(np.percentile(numbers, 100 * quantile))


@given(NUMBERS, NUMBERS)
def test_moments_added_in_parts_are_those_of_the_whole(first: list[int], second: list[int]) -> None:
    moments = Moments()
    for part in (first, second):
        moments.add(np.array(part, dtype=np.float64))
    whole = np.array(first + second)
    assert moments.mean == pytest.approx(whole.mean())
    assert moments.variance == pytest.approx(whole.var(), abs=1e-8)


def test_samples_are_all_there_while_they_are_few_and_bounded_when_they_are_many() -> None:
    few, many = Samples(1000), Samples(1000)
    few.add(np.arange(900.0))
    assert few.quantile(0.5) == 449.5
    for start in range(0, 100_000, 777):
        many.add(np.arange(start, min(start + 777, 100_000), dtype=np.float64))
    assert many.count == 100_000
    assert sum(len(part) for part in many._parts) <= 1000
    assert many.quantile(0.5) == pytest.approx(50_000, rel=0.01)


def test_no_pair_of_a_correlation_joins_two_series() -> None:
    correlation = Correlation((1, 2))
    for _ in range(2):
        correlation.add(np.array([1.0, -1.0]))
    assert (correlation.at(1), correlation.at(2)) == (-1.0, None)
