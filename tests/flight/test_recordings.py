"""What a file must be to be a recording, and what is said where it is none."""

import os
from pathlib import Path

import pytest

from simulator.flight.session import find
from system.domain.errors import InputError
from system.storage.wire_log import HEADER, KINDS, MAGIC, SUMS, Frame, WireLog, read_wire
from tests.flight.tape import frames, written

HEAD = b'{"account":"DU****567","journal":{"memory":{},"seq":7},"version":"0.1.0+0"}'
FRAMES = [
    Frame(now_ns=1_000, generation=0, kind="head", data=HEAD),
    *(Frame(now_ns=1_000 + at, generation=1, kind=("in", "out")[at % 2], data=bytes([at]) * at) for at in range(9)),
]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return written(tmp_path / "one.wire", FRAMES)


def test_what_was_written_is_read_again(path: Path) -> None:
    assert frames(path) == FRAMES
    (run,) = find([path])
    assert (run.frames, run.seq, run.account, run.end) == (len(FRAMES), 7, "DU****567", None)
    assert (run.counts["in"], run.counts["out"], run.began_ns, run.ended_ns) == (5, 4, 1_000, 1_008)


def test_a_flipped_byte_in_frame_k_is_named_as_frame_k(path: Path) -> None:
    """Be it in a frame's time, kind, length, sums or content."""
    whole, at = path.read_bytes(), len(MAGIC)
    for number, frame in enumerate(FRAMES, start=1):
        size = HEADER.size + SUMS.size + len(frame.data)
        for place in range(at, at + size):
            path.write_bytes(whole[:place] + bytes([whole[place] ^ 0x10]) + whole[place + 1 :])
            with pytest.raises(InputError, match=f"one.wire: frame {number} is damaged"):
                find([path])
        at += size
    assert at == len(whole)


def test_a_recording_that_is_cut_anywhere_is_read_up_to_its_last_whole_frame(path: Path) -> None:
    whole, at = path.read_bytes(), len(MAGIC)
    for number, frame in enumerate(FRAMES):
        size = HEADER.size + SUMS.size + len(frame.data)
        for place in range(at, at + size):
            path.write_bytes(whole[:place])
            assert len(frames(path)) == number
        at += size
    path.write_bytes(whole[:-1])
    (run,) = find([path])
    assert run.frames == len(FRAMES) - 1


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b"", "expected a recording that bn live --record-wire has made"),
        (b"SQLite format 3\0", "expected a recording that bn live --record-wire has made"),
        (b"bn wire 1\n" + bytes(40), "a recording of version '1'; expected version 2"),
        (b"bn wire 3\n", "a recording of version '3'; expected version 2"),
        (MAGIC[:-1], "a recording of version '2'; expected version 2"),
        (MAGIC, "nothing was recorded; expected at least what the run began with"),
    ],
)
def test_what_is_no_recording_of_this_version_is_refused(tmp_path: Path, content: bytes, complaint: str) -> None:
    (tmp_path / "one.wire").write_bytes(content)
    with pytest.raises(InputError) as refused:
        find([tmp_path])
    assert str(refused.value) == f"{tmp_path / 'one.wire'}: {complaint}"


@pytest.mark.parametrize(
    ("first", "complaint"),
    [
        (FRAMES[1], "frame 1 is 'in'; expected what the run began with"),
        (Frame(now_ns=1, generation=0, kind="head", data=b"[1]"), "frame 1: expected what a run began with"),
        (Frame(now_ns=1, generation=0, kind="head", data=b"{}"), "frame 1: expected what a run began with"),
        (Frame(now_ns=1, generation=0, kind="head", data=b"no"), "frame 1: head: expected JSON"),
    ],
)
def test_what_does_not_begin_as_a_run_is_refused(tmp_path: Path, first: Frame, complaint: str) -> None:
    path = written(tmp_path / "one.wire", [first])
    with pytest.raises(InputError) as refused:
        find([path])
    assert str(refused.value) == f"{path}: {complaint}"


@pytest.mark.parametrize(
    ("kind", "data"),
    [
        ("do", b"{}"),
        ("told", b'"Dial"'),
        ("alarm", b"{"),
        ("wrote", b'[["order",1]]'),
        ("late", b"[1]"),
        ("lost", b'{"text":1}'),
        ("failed", b'{"text":""}'),
        ("ended", b"null"),
    ],
)
def test_a_frame_whose_content_is_none_is_named_though_its_sums_are_right(
    tmp_path: Path, kind: str, data: bytes
) -> None:
    path = written(tmp_path / "one.wire", [FRAMES[0], Frame(now_ns=2_000, generation=1, kind=kind, data=data)])
    with pytest.raises(InputError, match=f"one.wire: frame 2: {kind}: "):
        find([path])


def test_a_folder_without_recordings_is_refused_and_so_is_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no recording here"):
        find([tmp_path])
    with pytest.raises(InputError, match="cannot read: No such file or directory"):
        find([tmp_path / "no.wire"])


def test_runs_are_in_the_order_of_their_journal_though_the_clock_was_set_back(tmp_path: Path) -> None:
    later = Frame(now_ns=500, generation=0, kind="head", data=HEAD.replace(b'"seq":7', b'"seq":9'))
    written(tmp_path / "a.wire", [later])
    written(tmp_path / "b.wire", FRAMES)
    assert [run.seq for run in find([tmp_path])] == [7, 9]
    assert len(find([tmp_path, tmp_path / "a.wire"])) == 2


def test_every_kind_can_be_written_and_a_file_is_this_users_alone(tmp_path: Path) -> None:
    log = WireLog(tmp_path / "one.wire")
    for kind in KINDS:
        log.write(Frame(now_ns=1, generation=2, kind=kind, data=b"3"))
    log.close()
    assert [frame.kind for _, frame in read_wire(log.path)] == list(KINDS)
    assert os.stat(log.path).st_mode & 0o777 == 0o600
