"""A tape comes back as it was written, however it is cut; whole or not at all."""

import threading
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from system.domain.errors import InputError
from system.domain.instrument import ContractMonth
from system.domain.ticks import EVENT, Batch, empty_batch
from system.storage.tape import TapeMeta, TapeReader, TapeWriter, read_tapes
from system.storage.tape_rows import EARLIEST_NS, LATEST_NS
from tests.storage.recordings import T0, quotes, read_tape, tape_file


@st.composite
def tape_batches(draw: st.DrawFn) -> Batch:
    """Any events that the format can hold: times from 1990 to 2099, seed sums on seed rows, sizes not negative, times in order."""
    raw = draw(hnp.arrays(np.uint64, st.tuples(st.integers(1, 40), st.just(len(EVENT.names or ())))))
    batch = empty_batch(len(raw))
    for column, name in enumerate(EVENT.names or ()):
        batch[name] = raw[:, column].astype(EVENT[name])
    batch["kind"] %= 4
    batch["side"] = batch["side"] % 3 - 1
    for name in ("size", "bid_size", "ask_size", "seed_size"):
        batch[name] &= np.iinfo(EVENT[name]).max
    for name in ("seed_price_size", "seed_size"):
        batch[name][batch["kind"] != 3] = 0
    batch["ts_ns"] = EARLIEST_NS + raw[:, 0] % np.uint64(LATEST_NS - EARLIEST_NS)
    batch["ts_ns"].sort()
    return batch


@settings(deadline=None)
@given(
    batch=tape_batches(), row_group=st.integers(1, 45), max_events=st.integers(1, 45), cuts=st.sets(st.integers(1, 39))
)
def test_any_events_come_back_as_written_however_they_are_cut(
    tmp_path_factory: pytest.TempPathFactory, batch: Batch, row_group: int, max_events: int, cuts: set[int]
) -> None:
    path = tmp_path_factory.mktemp("tape") / "t.parquet"
    with TapeWriter(path, TapeMeta(symbol="ES"), row_group) as tape:
        for part in np.split(batch, sorted(cuts)):
            tape.write(part)
    with TapeReader(path) as reader:
        parts = list(reader.batches(max_events))
        assert reader.events == len(batch)
        assert reader.row_groups == -(-len(batch) // row_group)
    assert all(1 <= len(part) <= max_events for part in parts)
    assert np.array_equal(np.concatenate(parts), batch)


def test_what_the_tape_says_about_itself_comes_back(tmp_path: Path) -> None:
    meta = TapeMeta(symbol="MES", contract_month=ContractMonth(2024, 3), source="synthetic", seed=-7)
    with TapeReader(tape_file(tmp_path / "t.parquet", quotes(2), meta=meta)) as tape:
        assert tape.meta == meta


def test_the_file_has_the_columns_types_and_metadata_of_the_format(tmp_path: Path) -> None:
    meta = TapeMeta(symbol="ES", contract_month=ContractMonth(2024, 3))
    schema = pq.read_schema(tape_file(tmp_path / "t.parquet", quotes(1), meta=meta))
    assert {name: str(schema.field(name).type) for name in schema.names} == {
        "ts_ns": "int64",
        "kind": "uint8",
        **dict.fromkeys(("price_ticks", "size", "bid_ticks", "ask_ticks", "bid_size", "ask_size"), "int32"),
        "side": "int8",
        "seed_price_size": "int64",
        "seed_size": "int64",
    }
    assert {key: schema.metadata[key] for key in (b"symbol", b"contract_month", b"tick_size", b"source", b"seed")} == {
        b"symbol": b"ES",
        b"contract_month": b"2024-03",
        b"tick_size": b"0.25",
        b"source": b"",
        b"seed": b"",
    }


def test_seed_sums_are_null_except_on_seed_rows(tmp_path: Path) -> None:
    batch = quotes(2)
    batch["kind"][1], batch["seed_size"][1], batch["seed_price_size"][1] = 3, 5, 7
    table = pq.read_table(tape_file(tmp_path / "t.parquet", batch))
    assert table["seed_size"].to_pylist() == [None, 5]
    assert table["seed_price_size"].to_pylist() == [None, 7]


def fail_in_the_middle(path: Path, error: type[BaseException]) -> None:
    with TapeWriter(path, TapeMeta(), row_group=2) as tape:
        tape.write(quotes(5))
        raise error


@pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt])
def test_an_exception_while_writing_leaves_what_was_there(tmp_path: Path, error: type[BaseException]) -> None:
    path = tape_file(tmp_path / "t.parquet", quotes(3))
    before = path.read_bytes()
    with pytest.raises(error):
        fail_in_the_middle(path, error)
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


def test_nothing_is_seen_of_a_tape_before_it_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "t.parquet"
    with TapeWriter(path, TapeMeta(), row_group=2) as tape:
        tape.write(quotes(5))
        assert not path.exists()
    assert len(read_tape(path)) == 5


def test_the_writer_refuses_what_a_reader_would_refuse(tmp_path: Path) -> None:
    negative, backwards = quotes(2), quotes(2)[::-1]
    negative["bid_size"][1] = -1
    for batch in (negative, backwards):
        with pytest.raises(ValueError, match="row 2"):
            tape_file(tmp_path / "t.parquet", batch)
    with pytest.raises(ValueError, match="row 3"):
        tape_file(tmp_path / "t.parquet", quotes(2), quotes(1))
    assert not list(tmp_path.iterdir())


def test_batches_can_be_read_twice(tmp_path: Path) -> None:
    with TapeReader(tape_file(tmp_path / "t.parquet", quotes(4))) as tape:
        assert np.array_equal(np.concatenate(list(tape.batches(3))), np.concatenate(list(tape.batches(2))))


def test_two_readers_of_one_tape_do_not_disturb_each_other(tmp_path: Path) -> None:
    path = tape_file(tmp_path / "t.parquet", quotes(1000))
    lengths: list[int] = []
    threads = [threading.Thread(target=lambda: lengths.append(len(read_tape(path, 10)))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert lengths == [1000] * 4


def test_tapes_in_a_row_are_read_as_one(tmp_path: Path) -> None:
    first = tape_file(tmp_path / "a.parquet", quotes(3))
    second = tape_file(tmp_path / "b.parquet", quotes(3, T0 + 2_000_000_000))  # may begin when the first one ends
    assert sum(len(batch) for batch in read_tapes([first, second], 2)) == 6


def test_a_tape_that_begins_before_the_one_ahead_ended_is_refused_by_both_names(tmp_path: Path) -> None:
    first = tape_file(tmp_path / "a.parquet", quotes(3))
    second = tape_file(tmp_path / "b.parquet", quotes(3, T0 + 1_999_999_999))
    with pytest.raises(InputError, match=r"b\.parquet: begins .*a\.parquet ends"):
        list(read_tapes([first, second]))


def test_reading_holds_little_memory_whatever_the_length_of_the_tape(tmp_path: Path) -> None:
    path = tmp_path / "t.parquet"
    with TapeWriter(path, TapeMeta()) as tape:
        for part in range(10):
            tape.write(quotes(131_072, T0 + part * 200_000 * 1_000_000_000))
    before = pa.total_allocated_bytes()
    with TapeReader(path) as reader:
        peak = max(pa.total_allocated_bytes() - before for _ in reader.batches())
    assert peak < 30e6  # the whole tape takes 50 bytes an event, 65 MB
