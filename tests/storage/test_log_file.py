"""The log's file: whole lines, a file a UTC day, and nothing raised where the disk takes no more."""

import errno
import os
import resource
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from system.storage.log_file import DAY_NS, LogFile, log_name

DAWN = 19_886 * DAY_NS  # 2024-06-12


def texts(folder: Path) -> dict[str, str]:
    return {path.name: path.read_text() for path in sorted(folder.iterdir())}


@contextmanager
def room_for(size: int) -> Iterator[None]:
    """Files of this process may have so many bytes; Python ignores the signal and gets the error."""
    was = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, was[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, was)


def test_a_day_has_its_file(tmp_path: Path) -> None:
    file = LogFile(tmp_path / "logs")
    assert file.append("late", DAWN - 1)
    assert file.append("early", DAWN)
    assert file.append("noon", DAWN + DAY_NS // 2)
    assert texts(tmp_path / "logs") == {
        "battle_navale_20240611.log": "late\n",
        "battle_navale_20240612.log": "early\nnoon\n",
    }


def test_only_its_owner_may_read_it(tmp_path: Path) -> None:
    LogFile(tmp_path / "logs").append("a", DAWN)
    assert stat.S_IMODE((tmp_path / "logs").stat().st_mode) == 0o700
    assert stat.S_IMODE((tmp_path / "logs" / log_name(DAWN)).stat().st_mode) == 0o600


def test_a_line_is_added_behind_those_of_an_earlier_run(tmp_path: Path) -> None:
    for line in ("one", "two"):
        LogFile(tmp_path).append(line, DAWN)
    assert texts(tmp_path) == {log_name(DAWN): "one\ntwo\n"}


def test_a_line_that_an_earlier_run_left_torn_is_ended_first(tmp_path: Path) -> None:
    (tmp_path / log_name(DAWN)).write_text("one\ntw")
    LogFile(tmp_path).append("three", DAWN)
    assert texts(tmp_path) == {log_name(DAWN): "one\ntw\nthree\n"}


def test_lines_that_do_not_fit_are_counted_and_the_next_that_fits_stands_alone(tmp_path: Path) -> None:
    file = LogFile(tmp_path)
    with room_for(10):
        assert file.append("a" * 5, DAWN)
        assert not file.append("b" * 20, DAWN)
        assert not file.append("c" * 20, DAWN)
    assert (file.lost, file.fault) == (2, os.strerror(errno.EFBIG))
    assert file.append("d", DAWN)
    assert (file.lost, file.fault) == (2, "")
    assert texts(tmp_path) == {log_name(DAWN): "aaaaa\nbbbb\nd\n"}


def test_a_folder_that_cannot_be_is_a_fault_and_no_more(tmp_path: Path) -> None:
    (tmp_path / "logs").write_text("a file")
    file = LogFile(tmp_path / "logs")
    assert not file.append("a", DAWN)
    assert file.fault
    (tmp_path / "logs").unlink()
    assert file.append("b", DAWN)


def test_a_text_that_is_no_unicode_is_written_escaped(tmp_path: Path) -> None:
    assert LogFile(tmp_path).append("\udcff é", DAWN)
    assert texts(tmp_path) == {log_name(DAWN): "\\udcff é\n"}
