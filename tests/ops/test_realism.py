"""`ops/bench realism`: blind where there is nothing to see, not where there is; the same figures each time; its usage."""

import subprocess
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from simulator.flow.parameters import Flow, Parameters
from simulator.flow.sessions import sessions
from system.domain.ticks import batch_of
from system.storage.tape import TapeWriter
from system.storage.tape_meta import TapeMeta

OPS = Path(__file__).parents[2] / "ops"
EVENTS = 40_000  # an hour and more of an evening
QUIET = Flow(parameters=Parameters(prints_per_session=100_000))
MINUTE_NS = 60_000_000_000


@pytest.fixture
def realism(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The bench is a script among others, no package: its folder goes on the path, as for `ops/bench`."""
    monkeypatch.syspath_prepend(str(OPS))
    import realism

    return realism


@pytest.fixture(scope="module")
def tapes(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Two evenings of the synthetic flow, from two seeds."""
    paths = []
    for seed in (1, 2):
        path = tmp_path_factory.mktemp("tapes") / f"{seed}.parquet"
        with TapeWriter(path, TapeMeta(symbol="ES", contract_month=None, source="synthetic", seed=seed)) as writer:
            writer.write(next(sessions(seed=seed, count=1, flow=QUIET, batch_events=EVENTS)))
        paths.append(path)
    return paths[0], paths[1]


def bench(*words: str | Path) -> tuple[int, str, str]:
    command = [sys.executable, "-P", OPS / "bench.py", *words]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    return done.returncode, done.stdout, done.stderr


def test_a_flow_is_hard_to_tell_from_itself_and_easy_from_a_random_walk(
    realism: ModuleType, tapes: tuple[Path, Path]
) -> None:
    figures = realism.realism(*tapes, repeats=1)
    assert figures["minutes"]["a"] >= 60
    assert abs(figures["a_odd_against_even"]["auc"] - 0.5) < 0.15
    assert figures["random_walk"]["auc"] > 0.95
    assert figures["auc"] < figures["random_walk"]["auc"] - 0.05  # the same law, but each hour has weather of its own
    assert figures["below_midpoint"] == (figures["auc"] < figures["midpoint"])
    low, high = figures["interval_95"]
    assert low < figures["auc"] < high
    assert figures == realism.realism(*tapes, repeats=1)


def test_a_feature_that_betrays_comes_first(realism: ModuleType) -> None:
    rng = np.random.default_rng(1)
    a, b = rng.normal(size=(60, 5)), rng.normal(size=(100, 5))
    b[:, 3] += 3
    a[::7, 1] = np.nan
    verdict = realism.tell_apart(a, b, why=True, repeats=1)
    assert verdict.auc > 0.9
    assert int(np.argmax(verdict.importance)) == int(np.argmax(verdict.auc_lost)) == 3
    assert realism.auc_alone(a[:, 3], b[:, 3]) > 0.9


def test_a_minute_without_events_has_no_features_but_its_counts(realism: ModuleType) -> None:
    features = sys.modules["realism_features"]
    none = features.Minute(start_ns=0, events=batch_of(ts_ns=[]), standing=batch_of(ts_ns=[]))
    found = {name: value for group in features.features(none).values() for name, value in group.items()}
    assert {name: value for name, value in found.items() if not np.isnan(value)} == {"prints": 0, "volume": 0}


def test_neither_price_level_nor_date_is_a_feature(realism: ModuleType, tapes: tuple[Path, Path]) -> None:
    features, minutes = sys.modules["realism_features"], sys.modules["realism_minutes"]
    hour = minutes.hours_of(tapes[0])[0]
    for minute in minutes.read_minutes(tapes[0], hour.minutes[5:10]):
        moved = []
        for rows in (minute.events.copy(), minute.standing.copy()):
            rows["ts_ns"] += 1234 * MINUTE_NS
            for name in ("bid_ticks", "ask_ticks", "price_ticks"):
                rows[name] += 777
            moved.append(rows)
        later = features.Minute(start_ns=minute.start_ns + 1234 * MINUTE_NS, events=moved[0], standing=moved[1])
        assert features.features(later) == features.features(minute)


def test_hours_that_are_not_alike_are_taken_and_said_to_be(realism: ModuleType) -> None:
    minutes, rng = sys.modules["realism_minutes"], np.random.default_rng(1)
    one = minutes.Hour(kind="overnight", trades=600, minutes=list(range(60)))
    busy = minutes.Hour(kind="overnight", trades=6000, minutes=list(range(100, 160)))
    like = minutes.Hour(kind="overnight", trades=700, minutes=list(range(200, 260)))
    chosen, notes = minutes.alike([one], [busy, like], "b", rng)
    assert (chosen, notes[0]["matched"]) == (like.minutes, "within 30%")
    chosen, notes = minutes.alike([one], [busy], "b", rng)
    assert (chosen, notes[0]["matched"]) == (busy.minutes, "NOT alike: the nearest hours there are")


def test_an_opening_is_held_against_openings_where_there_are_any_like_it(realism: ModuleType) -> None:
    minutes, rng = sys.modules["realism_minutes"], np.random.default_rng(1)
    opening = minutes.Hour(kind="opening", trades=600, minutes=list(range(60)))
    night = minutes.Hour(kind="overnight", trades=600, minutes=list(range(100, 160)))
    busy = minutes.Hour(kind="opening", trades=6000, minutes=list(range(200, 260)))
    like = minutes.Hour(kind="opening", trades=700, minutes=list(range(300, 360)))
    regular = minutes.Hour(kind="regular", trades=600, minutes=list(range(400, 460)))
    chosen, notes = minutes.alike([opening], [night, busy, like, regular], "b", rng)
    assert (chosen, notes[0]["b_hours_are"], notes[0]["matched"]) == (like.minutes, "opening", "within 30%")
    chosen, notes = minutes.alike([opening], [night, busy, regular], "b", rng)
    assert (chosen, notes[0]["b_hours_are"], notes[0]["matched"]) == (night.minutes, "overnight", "within 30%")


@pytest.mark.parametrize(
    "words", [["realism"], ["realism", "one"], ["realism", "a", "b", "c"], ["realism", "a", "--x"], ["no"]]
)
def test_wrong_usage_is_one_line_and_status_2(words: list[str]) -> None:
    status, out, err = bench(*words)
    assert (status, out) == (2, "")
    assert err.startswith("ops/bench: ")
    assert err.count("\n") == 1


def test_a_tape_that_cannot_be_read_or_judged_is_one_line_and_status_2(
    tapes: tuple[Path, Path], tmp_path: Path
) -> None:
    quiet = tmp_path / "quiet.parquet"
    with TapeWriter(quiet, TapeMeta(symbol="ES", contract_month=None, source="synthetic", seed=1)) as writer:
        writer.write(next(sessions(seed=1, count=1, batch_events=500)))
    for bad, words in ((tmp_path / "none.parquet", "cannot read"), (quiet, "expected 40 or more")):
        status, out, err = bench("realism", bad, tapes[0])
        assert (status, out, err.count("\n")) == (2, "", 1)
        assert words in err
