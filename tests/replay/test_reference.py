"""The program against the plain-Python reading of METHOD.md, on tapes made to be nasty and on the real hour."""

import random
from dataclasses import replace
from pathlib import Path

import pytest

from system.domain.ticks import Kind
from system.storage.importing.run import import_tape
from system.storage.tape import read_tapes
from tests.reference.events import Event
from tests.reference.random_settings import random_settings
from tests.reference.run import run
from tests.reference.settings import PROFILES, Settings
from tests.reference.tapes import random_tape
from tests.replay.both import assert_same, batch_from, replay, settings_from, with_holidays

EVENTS = 1500
REAL_HOUR = Path(__file__).resolve().parents[3] / "shared/tapes/esh4-20231225.parquet"
pytestmark = pytest.mark.jit


@pytest.mark.parametrize("block", range(8))
def test_random_tapes_and_settings_give_what_the_reading_gives(block: int) -> None:
    for seed in range(block * 20, block * 20 + 20):
        events = random_tape(seed, EVENTS)
        rules = with_holidays(random_settings(seed, busy=seed % 2 == 0))
        settings, month = settings_from(rules)
        draw = random.Random(seed)
        cuts = sorted(draw.sample(range(EVENTS), draw.choice((0, 1, 7, 40))))
        assert_same(replay(batch_from(events), settings, month, cuts), run(events, rules))


def test_batches_of_one_event_give_what_one_batch_gives() -> None:
    for seed in range(6):
        batch = batch_from(random_tape(seed, EVENTS))
        settings, month = settings_from(random_settings(seed, busy=True))
        whole, single = replay(batch, settings, month), replay(batch, settings, month, range(1, EVENTS))
        assert (single.decision_hash, single.score, single.patterns) == (
            whole.decision_hash,
            whole.score,
            whole.patterns,
        )
        assert single.round_trips == whole.round_trips


@pytest.mark.skipif(not REAL_HOUR.exists(), reason="the licensed hour of real ES is not here")
@pytest.mark.parametrize(
    ("profile", "longs", "shorts", "trips"), [("final", 16, 3, 3), ("adaptive", 23, 5, 5), ("legacy", 122, 0, 2)]
)
def test_the_real_hour_gives_what_the_reading_gives(
    tmp_path: Path, profile: str, longs: int, shorts: int, trips: int
) -> None:
    tape = tmp_path / "hour.parquet"
    import_tape([REAL_HOUR], tape, symbol="ES", contract=None)
    events = []
    for batch in read_tapes([tape]):
        for row in batch:
            quote = row["kind"] == Kind.QUOTE
            bid, ask = (int(row["bid_ticks"]), int(row["ask_ticks"])) if quote else (None, None)
            events.append(
                Event(
                    int(row["ts_ns"]),
                    Kind(row["kind"]).name.lower(),
                    price=None if quote else int(row["price_ticks"]),
                    size=None if quote else int(row["size"]),
                    bid=bid,
                    ask=ask,
                    bid_size=int(row["bid_size"]) if quote else None,
                    ask_size=int(row["ask_size"]) if quote else None,
                )
            )
    rules = replace(Settings(), profile=PROFILES[profile], entry_start="00:00", entry_end="24:00", flat_by="24:00")
    settings, month = settings_from(with_holidays(rules))
    ours = replay(batch_from(events), settings, month)
    assert_same(ours, run(events, rules))
    directions = [signal.direction for signal in ours.signals]
    assert (ours.evaluated, directions.count(1), directions.count(-1)) == (1235, longs, shorts)
    assert len(ours.round_trips) == trips
