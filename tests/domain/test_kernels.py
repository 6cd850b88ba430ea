"""Where compiled kernels are kept: a folder for each version of their text, few of them, none where none can be."""

import os
import re
import subprocess
import sys
from pathlib import Path

import numba
import pytest

from system.domain import kernels

OLDER = 6


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache home of its own; numba's own setting comes back afterwards."""
    monkeypatch.delenv("NUMBA_CACHE_DIR", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr(numba.config, "CACHE_DIR", numba.config.CACHE_DIR)
    return tmp_path / "bn" / "kernels"


def test_the_folder_is_named_by_the_text_of_the_kernels(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = kernels._use_cache_of_these_sources()
    assert folder is not None
    assert (folder.parent, numba.config.CACHE_DIR) == (home, str(folder))
    assert kernels._use_cache_of_these_sources() == folder
    monkeypatch.setattr(kernels, "SOURCES", ("pyproject.toml", "not/there.py"))
    assert kernels._use_cache_of_these_sources() not in (None, folder)


def test_every_file_with_a_kernel_is_in_that_text() -> None:
    with_kernels = {
        str(path.relative_to(kernels.PROJECT))
        for package in ("system", "simulator")
        for path in (kernels.PROJECT / package).rglob("*.py")
        if re.search(r"^@kernel$", path.read_text(encoding="utf-8"), re.MULTILINE)
    }
    assert with_kernels <= set(kernels.SOURCES)


def test_the_oldest_folders_of_other_versions_go(home: Path) -> None:
    for age in range(OLDER):
        other = home / f"version{age}"
        other.mkdir(parents=True)
        os.utime(other, (1_700_000_000 - age, 1_700_000_000 - age))
    folder = kernels._use_cache_of_these_sources()
    assert {path.name for path in home.iterdir() if path != folder} == {"version0", "version1", "version2"}


def test_without_xdg_the_home_has_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    assert kernels._cache_root() == tmp_path / ".cache" / "bn" / "kernels"


def test_the_users_own_cache_folder_is_left_alone(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NUMBA_CACHE_DIR", "elsewhere")
    assert kernels._use_cache_of_these_sources() == Path("elsewhere")
    assert not home.exists()


def test_where_no_folder_can_be_made_or_written_there_is_none(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home.parent.parent.mkdir(exist_ok=True)
    home.parent.write_text("a file where a folder should be")
    assert kernels._use_cache_of_these_sources() is None
    home.parent.unlink()
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    assert kernels._use_cache_of_these_sources() is None


def test_a_kernel_runs_without_a_cache(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kernels, "CACHE", None)

    @kernels.kernel
    def add(one: int, other: int) -> int:
        return one + other

    assert add(1, 2) == 3


def test_it_is_cold_until_something_compiled_lies_in_the_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(numba.config, "DISABLE_JIT", 0)
    monkeypatch.setattr(kernels, "CACHE", None)
    assert kernels.is_cold()
    monkeypatch.setattr(kernels, "CACHE", tmp_path)
    assert kernels.is_cold()
    (tmp_path / "one").mkdir()
    (tmp_path / "one" / "kernel.nbi").touch()
    assert not kernels.is_cold()
    monkeypatch.setattr(numba.config, "DISABLE_JIT", 1)
    monkeypatch.setattr(kernels, "CACHE", None)
    assert not kernels.is_cold()


SCRIPT = """
from dataclasses import replace
from tests.domain.tape import PLAIN, random_batch, read
for seed in range(4):
    profile = replace(PLAIN.profile, window_trades=5, trigger="level", adapts=True)
    found = read(random_batch(seed, 400), replace(PLAIN, profile=profile, pattern_bar_trades=2 + seed))
    print(repr(found.evaluations.tolist()), repr(found.signals.tolist()), repr(found.bars.tolist()))
"""


@pytest.mark.jit
def test_compiled_and_plain_python_agree() -> None:
    """To the last bit: every evaluation, signal and bar of four tapes."""

    def run(disabled: str) -> str:
        done = subprocess.run(
            [sys.executable, "-c", SCRIPT],
            cwd=kernels.PROJECT,
            env={**os.environ, "NUMBA_DISABLE_JIT": disabled},
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout

    compiled = run("0")
    assert len(compiled) > 50_000
    assert compiled == run("1")
