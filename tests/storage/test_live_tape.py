"""A recording loses at most the last second, and what could be read of it becomes a tape."""

import errno
import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from system.domain.errors import InputError, StorageError
from system.domain.instrument import ContractMonth
from system.domain.ticks import EVENT, Batch
from system.storage import live_segment, live_tape
from system.storage.disk_space import DiskLevel, disk_level, free_bytes
from system.storage.live_segment import BLOCK, encode_block, encode_header
from system.storage.live_tape import BUFFER_ROWS, DAMAGED, SEGMENT, LiveTape, Sealed, seal, seal_left_over
from system.storage.tape import SECOND_NS, TapeReader
from system.storage.tape_meta import TapeMeta
from tests.storage.recordings import T0, quotes, read_tape

META = TapeMeta(symbol="ES", contract_month=ContractMonth(2024, 3), source="live")
ROOT = Path(__file__).parents[2]


def segments(folder: Path) -> list[Path]:
    return sorted(folder.glob(f"*{SEGMENT}"))


def left_behind(folder: Path, *blocks: Batch, end: bytes = b"") -> Path:
    """A segment of a process that was killed."""
    path = folder / f"left{SEGMENT}"
    path.write_bytes(encode_header(META) + b"".join(encode_block(n, rows) for n, rows in enumerate(blocks)) + end)
    return path


def test_what_is_recorded_becomes_a_tape(tmp_path: Path) -> None:
    tape, rows = LiveTape(tmp_path, META), quotes(25)
    for number in range(0, 25, 5):
        tape.record(rows[number : number + 5], T0 + number * SECOND_NS)
        tape.record(rows[:0], T0 + number * SECOND_NS)
    assert tape.events == 25
    sealed = tape.close(T0 + 99 * SECOND_NS)
    expected = tmp_path / "ES2024-03-20231225T220005Z.parquet"
    assert sealed == Sealed(tape=expected, events=25, lost_bytes=0)
    assert np.array_equal(read_tape(expected), rows)
    with TapeReader(expected) as reader:
        assert reader.meta == META
    assert list(tmp_path.iterdir()) == [expected]


@given(st.lists(st.integers(0, 3 * BUFFER_ROWS), max_size=5), st.integers(0, 5))
def test_batches_of_any_size_are_cut_into_blocks(sizes: list[int], seconds: int) -> None:
    rows = quotes(sum(sizes))
    with tempfile.TemporaryDirectory() as name:
        tape, done = LiveTape(Path(name), META), 0
        for number, size in enumerate(sizes):
            tape.record(rows[done : done + size], T0 + number * seconds * SECOND_NS // 3)
            done += size
        sealed = tape.close(T0)
        assert sealed.events == len(rows)
        if sealed.tape is not None:
            assert np.array_equal(read_tape(sealed.tape), rows)
        assert len(list(Path(name).iterdir())) == bool(len(rows))


def test_rows_are_copied_when_they_are_recorded(tmp_path: Path) -> None:
    tape, rows = LiveTape(tmp_path, META), quotes(2)
    tape.record(rows, T0)
    rows["bid_ticks"] = 1
    path = tape.close(T0).tape
    assert path is not None
    assert list(read_tape(path)["bid_ticks"]) == [19_200, 19_200]


def test_a_second_is_all_that_waits_in_memory(tmp_path: Path) -> None:
    tape = LiveTape(tmp_path, META)
    tape.record(quotes(1), T0)
    tape.flush_due(T0 + SECOND_NS - 1)
    assert segments(tmp_path) == []
    tape.flush_due(T0 + SECOND_NS)
    (segment,) = segments(tmp_path)
    size = segment.stat().st_size
    tape.flush_due(T0 + 9 * SECOND_NS)
    assert segment.stat().st_size == size  # nothing came
    tape.record(quotes(2), T0 + 10 * SECOND_NS)
    tape.flush_due(T0 + 9 * SECOND_NS)  # a clock that goes back is no reason to wait longer
    assert segment.stat().st_size == size + BLOCK.size + 2 * EVENT.itemsize
    tape.close(T0)


def test_rotation_seals_and_begins_anew_with_the_next_event(tmp_path: Path) -> None:
    tape = LiveTape(tmp_path, META)
    tape.record(quotes(3, T0 + 60 * SECOND_NS), T0)
    first = tape.rotate(T0)
    assert tape.rotate(T0) == Sealed(tape=None, events=0, lost_bytes=0)
    tape.record(quotes(2), T0)  # another tape: its time may begin earlier
    second = tape.rotate(T0, TapeMeta(symbol="MES"))
    tape.record(quotes(1), T0)
    third = tape.close(T0)
    assert [each.events for each in (first, second, third)] == [3, 2, 1]
    names = [each.tape.name for each in (first, second, third) if each.tape]
    stem = "ES2024-03-20231225T220000Z"
    assert names == [f"{stem}.parquet", f"{stem}-2.parquet", "MES-20231225T220000Z.parquet"]


@pytest.mark.parametrize(
    ("field", "value", "line"),
    [("ts_ns", T0 - 1, "lies before"), ("bid_size", -1, "expected 0 or more"), ("kind", 9, "kind is 9")],
)
def test_what_no_tape_could_hold_is_a_bug(tmp_path: Path, field: str, value: int, line: str) -> None:
    tape = LiveTape(tmp_path, META)
    tape.record(quotes(1), T0)
    bad = quotes(2, T0 + SECOND_NS)
    bad[field][1] = value
    with pytest.raises(ValueError, match=rf"^live: row 3: .*{line}"):
        tape.record(bad, T0)
    assert tape.close(T0).events == 1


def test_a_closed_recording_takes_no_more(tmp_path: Path) -> None:
    tape = LiveTape(tmp_path, META)
    tape.close(T0)
    with pytest.raises(StorageError, match="the recording takes no more: it is closed"):
        tape.record(quotes(1), T0)


def test_a_full_disk_ends_it_and_what_was_written_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tape = LiveTape(tmp_path, META)
    tape.record(quotes(3), T0)
    tape.flush_due(T0 + SECOND_NS)
    write = os.write

    def short(handle: int, data: memoryview) -> int:
        if len(data) < 100:
            raise OSError(errno.ENOSPC, "No space left on device")
        return write(handle, data[:60])

    monkeypatch.setattr(os, "write", short)
    tape.record(quotes(2, T0 + 5 * SECOND_NS), T0 + 5 * SECOND_NS)
    with pytest.raises(StorageError, match=r"segment: cannot record: No space left on device"):
        tape.flush_due(T0 + 6 * SECOND_NS)
    monkeypatch.undo()
    for call in (lambda: tape.flush_due(T0), lambda: tape.rotate(T0), lambda: tape.close(T0)):
        with pytest.raises(StorageError, match="takes no more: No space left on device"):
            call()
    os.close(tape._handle or -1)  # as the end of the process does
    (sealed,) = seal_left_over(tmp_path)
    assert (sealed.events, sealed.kept, sealed.lost_bytes) == (3, None, 60)


def test_a_folder_that_takes_no_file_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tape = LiveTape(tmp_path / "none", META)
    tape.record(quotes(1), T0)
    with pytest.raises(StorageError, match="none: cannot record: No such file or directory"):
        tape.flush_due(T0 + SECOND_NS)

    def broken(_: Path) -> None:
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(live_tape, "sync_folder", broken)
    tape = LiveTape(tmp_path, META)
    tape.record(quotes(1), T0)
    with pytest.raises(StorageError, match="cannot record: Input/output error"):
        tape.flush_due(T0 + SECOND_NS)


def test_names_run_out_in_the_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live_tape, "NAMES_MAX", 2)
    (tmp_path / "ES2024-03-20231225T220000Z.parquet").write_bytes(b"")
    (tmp_path / f"ES2024-03-20231225T220000Z-2{DAMAGED}").write_bytes(b"")
    tape = LiveTape(tmp_path, META)
    tape.record(quotes(1), T0)
    with pytest.raises(StorageError, match="2 segments begun in one second"):
        tape.close(T0)


# -- what is left behind

RECORD = """
import sys
from pathlib import Path
from system.storage.live_tape import LiveTape
from system.storage.tape_meta import TapeMeta
from tests.storage.recordings import T0, quotes
tape = LiveTape(Path(sys.argv[1]), TapeMeta(symbol="ES"))
for second in range(10**9):
    now_ns = T0 + second * 10**9
    tape.record(quotes(50, now_ns)[:1], now_ns)
    print(second, flush=True)
"""


def test_a_killed_recording_loses_at_most_its_last_second(tmp_path: Path) -> None:
    words = [sys.executable, "-c", RECORD, str(tmp_path)]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:
        assert process.stdout is not None
        for _ in range(200):
            process.stdout.readline()
        assert seal_left_over(tmp_path) == []  # it is in use
        process.send_signal(signal.SIGKILL)
        rest = process.stdout.read().split("\n")
    recorded = (int(rest[-2]) if len(rest) > 1 else 199) + 1
    (sealed,) = seal_left_over(tmp_path)
    assert sealed.tape is not None
    assert sealed.events >= recorded - 1
    assert sealed.kept is None
    assert list(read_tape(sealed.tape)["ts_ns"]) == [T0 + second * SECOND_NS for second in range(sealed.events)]
    assert seal_left_over(tmp_path) == []


@given(st.data())
def test_a_segment_cut_anywhere_gives_its_whole_blocks(data: st.DataObject) -> None:
    rows = quotes(12)
    blocks = [rows[:5], rows[5:6], rows[6:]]
    with tempfile.TemporaryDirectory() as name:
        path = left_behind(Path(name), *blocks)
        content = path.read_bytes()
        cut = data.draw(st.integers(0, len(content)))
        path.write_bytes(content[:cut])
        (sealed,) = seal_left_over(Path(name))
        ends = [len(encode_header(META))]
        for block in blocks:
            ends.append(ends[-1] + BLOCK.size + len(block) * EVENT.itemsize)
        whole = sum(end <= cut for end in ends[1:])
        expected = sum(len(block) for block in blocks[:whole])
        assert sealed.events == expected
        if 0 < cut < ends[0]:
            assert (sealed.lost_bytes, sealed.kept) == (cut, path.with_suffix(DAMAGED))
        else:
            assert sealed.lost_bytes == (cut - ends[whole] if cut else 0)
            assert sealed.kept is None
        assert not path.exists()
        assert (sealed.tape is not None) == bool(expected)
        if sealed.tape is not None:
            assert np.array_equal(read_tape(sealed.tape), rows[:expected])


@given(st.data())
def test_bytes_changed_anywhere_are_noticed_and_nothing_unread_is_thrown_away(data: st.DataObject) -> None:
    rows = quotes(12)
    with tempfile.TemporaryDirectory() as name:
        path = left_behind(Path(name), rows[:5], rows[5:6], rows[6:])
        content = bytearray(path.read_bytes())
        at = data.draw(st.integers(0, len(content) - 1))
        content[at] ^= data.draw(st.integers(1, 255))
        path.write_bytes(content)
        (sealed,) = seal_left_over(Path(name))
        assert sealed.lost_bytes > 0
        assert sealed.events in (0, 5, 6)
        if sealed.tape is not None:
            assert np.array_equal(read_tape(sealed.tape), rows[: sealed.events])
        assert sealed.kept is not None
        assert sealed.kept.read_bytes() == content
        assert sealed.problem


def test_damage_before_the_end_keeps_the_segment(tmp_path: Path) -> None:
    path = left_behind(tmp_path, quotes(3), end=b"rubbish" * 20)
    sealed = seal(path)
    assert (sealed.events, sealed.lost_bytes, sealed.kept) == (3, 140, path.with_suffix(DAMAGED))
    assert sealed.problem.endswith(f"left{SEGMENT}: damaged after event 3: 140 bytes are not readable")
    assert seal_left_over(tmp_path) == []


def test_blocks_out_of_order_are_damage(tmp_path: Path) -> None:
    path = left_behind(tmp_path, quotes(3), end=encode_block(2, quotes(3, T0 + 60 * SECOND_NS)))
    assert (seal(path).events, path.with_suffix(DAMAGED).exists()) == (3, True)


@pytest.mark.parametrize("content", [b"rubbish", b"x" * 20_000, encode_header(META)[:20]])
def test_what_is_no_segment_is_kept_and_told(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / f"x{SEGMENT}"
    path.write_bytes(content)
    (sealed,) = seal_left_over(tmp_path)
    assert sealed.kept is not None
    assert sealed.kept.read_bytes() == content
    assert "not a recorded segment, or cut off in its header" in sealed.problem


def test_a_segment_of_another_layout_is_kept_and_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as other:
        other.setattr(live_segment, "_layout", lambda: [["ts_ns", "<i8", 0]])
        left_behind(tmp_path, quotes(1))
    (sealed,) = seal_left_over(tmp_path)
    assert sealed.kept is not None
    assert "a segment of another version: rows of [['ts_ns', '<i8', 0]]" in sealed.problem


def test_a_kill_between_the_tape_and_the_end_of_its_segment_is_harmless(tmp_path: Path) -> None:
    path = left_behind(tmp_path, quotes(3))
    content = path.read_bytes()
    first = seal(path)
    path.write_bytes(content)
    assert seal_left_over(tmp_path) == [first]


def test_a_tape_that_cannot_be_written_leaves_the_segment(tmp_path: Path) -> None:
    path = left_behind(tmp_path, quotes(3))
    path.with_suffix(".parquet").mkdir()
    with pytest.raises(InputError, match=r"left\.parquet: is a folder"):
        seal_left_over(tmp_path)
    assert path.exists()


def test_a_segment_sealed_by_its_owner_meanwhile_is_left_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = left_behind(tmp_path, quotes(3))
    flock = live_tape.fcntl.flock

    def too_late(handle: int, how: int) -> None:
        path.unlink()
        flock(handle, how)

    monkeypatch.setattr(live_tape.fcntl, "flock", too_late)
    assert seal_left_over(tmp_path) == []
    path.symlink_to("gone")
    assert seal_left_over(tmp_path) == []
    path.unlink()
    path.symlink_to(path.name)
    with pytest.raises(InputError, match="cannot read: "):
        seal_left_over(tmp_path)


# -- room


@pytest.mark.parametrize(
    ("free", "level"),
    [
        (0, DiskLevel.HALT),
        (99_999_999, DiskLevel.HALT),
        (100_000_000, DiskLevel.NO_ENTRIES),
        (499_999_999, DiskLevel.NO_ENTRIES),
        (500_000_000, DiskLevel.ENOUGH),
    ],
)
def test_less_room_allows_less(free: int, level: DiskLevel) -> None:
    assert disk_level(free) is level


def test_free_space_is_told(tmp_path: Path) -> None:
    assert free_bytes(tmp_path) > 0
    with pytest.raises(StorageError, match="none: cannot tell its free space: No such file"):
        free_bytes(tmp_path / "none")
