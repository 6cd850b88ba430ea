"""Compiled sequential kernels: per-event rules in the subset of Python that numba compiles.

A kernel reads as METHOD.md reads and runs undisturbed in plain Python under `NUMBA_DISABLE_JIT=1`. Machine code is kept
in a cache folder named after the text of all kernels: numba itself would not notice a change in a kernel that another
one calls from a different file, and run the old one.
"""

import hashlib
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Final, TypeVar, cast

import numba

Function = TypeVar("Function", bound=Callable[..., object])

PROJECT: Final = Path(__file__).resolve().parents[2]
SOURCES: Final = (
    "system/domain/kernels.py",
    "system/domain/ticks.py",
    "system/domain/scoring.py",
    "system/domain/patterns.py",
    "simulator/exchange/book.py",
    "simulator/exchange/matching.py",
    "simulator/flow/draws.py",
    "simulator/flow/state.py",
    "simulator/flow/queues.py",
    "simulator/flow/moods.py",
    "simulator/flow/trades.py",
    "simulator/flow/kernel.py",
)
CACHES_KEPT: Final = 4


def _digest() -> str:
    digest = hashlib.sha256(numba.__version__.encode())
    for source in SOURCES:
        path = PROJECT / source
        digest.update(path.read_bytes() if path.exists() else b"")
    return digest.hexdigest()[:16]


def _cache_root() -> Path:
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "bn" / "kernels"


def _use_cache_of_these_sources() -> Path | None:
    """Point numba at this version's cache; drop the oldest of other versions. None where no folder can be written."""
    if "NUMBA_CACHE_DIR" in os.environ:
        return Path(os.environ["NUMBA_CACHE_DIR"])
    try:
        root = _cache_root()
        folder = root / _digest()
        folder.mkdir(parents=True, exist_ok=True)
        stale = sorted((path for path in root.iterdir() if path != folder), key=lambda path: path.stat().st_mtime)
    except (OSError, RuntimeError):  # RuntimeError: a user without a home
        return None
    if not os.access(folder, os.W_OK):
        return None
    for path in stale[: max(0, len(stale) - CACHES_KEPT + 1)]:
        shutil.rmtree(path, ignore_errors=True)
    numba.config.CACHE_DIR = str(folder)  # type: ignore[attr-defined]
    return folder


CACHE: Final = _use_cache_of_these_sources()


def is_cold() -> bool:
    """Whether the next call of a kernel will have to compile it first (this takes some seconds, once)."""
    return not numba.config.DISABLE_JIT and (  # type: ignore[attr-defined]
        CACHE is None or not any(CACHE.rglob("*.nbi"))
    )


def kernel(function: Function) -> Function:
    """Compile `function` on first use, for the types it is called with; cached where a folder can be written."""
    return cast(Function, numba.njit(cache=CACHE is not None)(function))
