"""The real hour beside the project, where it is: its published figures come out again, inside all bands."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from simulator.facts.measure import Facts, measure
from simulator.facts.verdict import judge
from system.storage.importing.run import import_tape
from system.storage.tape import TapeReader
from tests.storage.test_import_real import TAPES, source

pytestmark = pytest.mark.skipif(TAPES is None, reason="no folder shared/tapes beside the project: licensed data")

PUBLISHED = {
    "prints_per_hour": 2973,
    "size_mean": 3.33,
    "size_p90": 7,
    "size_p99": 34,
    "size_max": 89,
    "size_1_share": 0.596,
    "size_1_volume": 0.179,
    "size_10_volume": 0.484,
    "size_50_volume": 0.089,
    "gap_p50_ms": 1.6,
    "gap_p99_s": 14.1,
    "gap_cv_whole": 2.42,
    "gap_below_1ms": 0.475,
    "fano_whole": 7.4,
    "empty_seconds": 0.726,
    "count_acf_1": 0.14,
    "count_acf_10": 0.05,
    "count_acf_60": 0.07,
    "price_unchanged": 0.777,
    "price_jumps": 0.005,
    "price_acf_1": -0.248,
    "price_reversal": 0.704,
    "side_acf_1": 0.423,
    "side_acf_2": 0.272,
    "side_acf_5": 0.116,
    "side_acf_10": 0.080,
    "side_acf_100": 0.013,
    "rule_acf_1": 0.684,
    "rule_acf_10": 0.207,
    "rule_acf_100": 0.026,
    "rule_right": 0.748,
    "buy_share": 0.519,
    "range_p50": 2,
    "range_p90": 4,
    "range_p99": 15.46,
    "range_max": 19,
    "quotes_per_print": 8.6,
    "spread_1": 0.9395,
    "spread_2": 0.0603,
    "spread_3": 0.0002,
    "bid_size_p10": 8,
    "bid_size_p50": 28,
    "bid_size_p90": 74,
    "bid_size_p99": 137,
    "bid_size_mean": 34.9,
    "ask_size_p10": 8,
    "ask_size_p50": 25,
    "ask_size_p90": 70,
    "ask_size_p99": 155,
    "ask_size_mean": 32.6,
    "size_only": 0.933,
    "mid_moves_per_hour": 1697,
    "mid_reversal": 0.585,
    "std_1s": 0.321,
    "kurtosis_1s": 27,
    "variance_ratio_10s": 0.90,
    "next_up_1": 0.289,
    "next_up_2": 0.436,
    "next_up_3": 0.538,
    "next_up_4": 0.667,
    "next_up_5": 0.825,
    "impact_0": 0.165,
    "impact_10ms": 0.361,
    "impact_100ms": 0.370,
    "impact_1s": 0.382,
    "impact_10s": 0.362,
    "impact_60s": 0.416,
    "effective_spread": 1.127,
}


@pytest.fixture(scope="module")
def hour(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Facts]:
    path: Path = tmp_path_factory.mktemp("hour") / "hour.parquet"
    import_tape([source("esh4-20231225.parquet")], path, "ES", None)
    with TapeReader(path) as tape:
        yield measure("the hour", tape.batches())


@pytest.mark.parametrize("key", PUBLISHED)
def test_a_published_figure_comes_out_again(hour: Facts, key: str) -> None:
    # A few figures were published of slightly other events (each quote, the first one too), to three digits or fewer.
    assert hour.values["overnight"][key] == pytest.approx(PUBLISHED[key], rel=0.011, abs=0.005)


def test_all_that_can_be_judged_lies_inside(hour: Facts) -> None:
    verdicts = [verdict for verdict in judge(hour) if verdict.inside is not None]
    assert len(verdicts) == 25
    assert [verdict.key for verdict in verdicts if not verdict.inside] == []
