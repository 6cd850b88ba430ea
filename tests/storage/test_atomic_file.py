"""A file appears whole or not at all, and what stands in the way is said in one line."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from system.domain.errors import InputError
from system.storage.atomic_file import atomic_file, check_outputs
from system.storage.importing.run import import_tape
from system.storage.tape import TapeReader
from tests.storage.recordings import quotes, tape_file

NOBODY = 65_534


@contextmanager
def unprivileged() -> Iterator[None]:
    """As somebody to whom permissions apply: root is above them."""
    was = os.geteuid()
    if was == 0:
        os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(was)


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder on whose way nothing is closed, unlike pytest's own."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        yield Path(name)


def test_the_file_appears_when_the_block_ends(tmp_path: Path) -> None:
    with atomic_file(tmp_path / "f") as file:
        file.write(b"x")
        assert not (tmp_path / "f").exists()
    assert (tmp_path / "f").read_bytes() == b"x"
    assert len(list(tmp_path.iterdir())) == 1


def test_a_link_is_followed_and_stays(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("file")
    for content in (b"first", b"second"):  # while the file is missing, and over it
        with atomic_file(tmp_path / "link") as file:
            file.write(content)
        assert (tmp_path / "link").readlink() == Path("file")
        assert (tmp_path / "file").read_bytes() == content


@pytest.mark.parametrize("name", ["x" * 255, "é" * 127], ids=["ascii", "two bytes a letter"])
def test_a_name_may_be_as_long_as_the_system_allows(tmp_path: Path, name: str) -> None:
    with atomic_file(tmp_path / name) as file:
        file.write(b"x")
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_a_device_or_pipe_is_refused_and_not_replaced(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "pipe", Path("/dev/null")):
        with pytest.raises(InputError, match="is a device or a pipe"), atomic_file(path):
            pass
    assert (tmp_path / "pipe").is_fifo()
    assert Path("/dev/null").is_char_device()


def test_an_output_that_would_destroy_a_source_or_another_output_is_refused(tmp_path: Path) -> None:
    source, other = tmp_path / "source", tmp_path / "other"
    source.write_bytes(b"x")
    (tmp_path / "hard").hardlink_to(source)
    (tmp_path / "link").symlink_to("source")
    (tmp_path / "dangling").symlink_to("other")
    for name in ("source", "hard", "link"):
        with pytest.raises(InputError, match=rf"{name}: is one of the sources"):
            check_outputs([tmp_path / name], [source])
    for again in (other, tmp_path / ".." / tmp_path.name / "other", tmp_path / "dangling"):
        with pytest.raises(InputError, match="is to be written twice"):
            check_outputs([other, again], [source])
    with pytest.raises(InputError, match="cannot write here: no such folder: "):
        check_outputs([tmp_path / "nowhere" / "x"], [])
    check_outputs([other, tmp_path / "third"], [source])
    assert sorted(path.name for path in tmp_path.iterdir()) == ["dangling", "hard", "link", "source"]


def test_a_disk_error_inside_the_block_is_one_line_and_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"f: cannot write: No space left on device$"), atomic_file(tmp_path / "f"):
        raise OSError(28, "No space left on device")
    assert not list(tmp_path.iterdir())


def test_a_file_closed_to_us_is_refused(folder: Path) -> None:
    path = tape_file(folder / "t.parquet", quotes(1))
    path.chmod(0)
    with unprivileged(), pytest.raises(InputError, match=r"t\.parquet: cannot read: Permission denied"):
        TapeReader(path)


def test_a_folder_that_may_not_be_written_is_refused(folder: Path) -> None:
    path = tape_file(folder / "t.parquet", quotes(1))
    path.chmod(0o644)
    folder.chmod(0o555)
    with unprivileged(), pytest.raises(InputError, match=r"out\.parquet: cannot write here: Permission denied"):
        import_tape([path], folder / "out.parquet", None, None)
    assert [each.name for each in folder.iterdir()] == ["t.parquet"]


def test_a_folder_closed_on_the_way_is_refused(folder: Path) -> None:
    (folder / "closed").mkdir(0o700)
    path = tape_file(folder / "t.parquet", quotes(1))
    path.chmod(0o644)
    if os.geteuid() != 0:
        (folder / "closed").chmod(0)
    with unprivileged(), pytest.raises(InputError, match=r"Permission denied"):
        TapeReader(folder / "closed" / "t.parquet")
    with unprivileged(), pytest.raises(InputError, match=r"Permission denied"):
        import_tape([path], folder / "closed" / "out.parquet", None, None)
    (folder / "closed").chmod(0o700)
