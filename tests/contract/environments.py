"""An environment for each stranger: two of the clients cannot share one, and none of them may see our packages.

Made at first use in `.venv-clients/NAME` at the project's root, with the exact versions of `ops/constraints-clients.txt`.
As with `.venv`, a stamp that is written last names what it was made from and for, so a half-made, moved or outdated one is
made anew, under a lock, since several test processes may ask at once.
"""

import fcntl
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / ".venv-clients"
CONSTRAINTS = ROOT / "ops" / "constraints-clients.txt"
# What is installed, in this order. The official client comes as source alone and is built with the pinned setuptools.
CLIENTS = {
    "ib_insync": ("ib_insync",),
    "ib_async": ("ib_async",),
    "ibapi": ("setuptools", "ibapi"),
}
SET_UP_S = 300


def environment(name: str) -> Path:
    """The Python of the environment in which client `name` is installed."""
    home = FOLDER / name
    python = home / "bin" / "python"
    wanted = stamp(name)
    if not good(home, wanted):
        FOLDER.mkdir(exist_ok=True)
        with locked(FOLDER / f"{name}.lock"):
            if not good(home, wanted):
                make(home, CLIENTS[name])
                (home / "stamp").write_text(wanted)
    return python


def stamp(name: str) -> str:
    made_of = sha256(CONSTRAINTS.read_bytes() + repr(CLIENTS[name]).encode()).hexdigest()
    return f"{FOLDER / name}\n{sys.version}\n{made_of}\n"


def good(home: Path, wanted: str) -> bool:
    note = home / "stamp"
    return note.is_file() and note.read_text() == wanted and (home / "bin" / "python").exists()


def make(home: Path, packages: tuple[str, ...]) -> None:
    shutil.rmtree(home, ignore_errors=True)
    run(sys.executable, "-m", "venv", str(home))
    for package in packages:
        run(
            str(home / "bin" / "python"),
            *("-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input"),
            *("--no-build-isolation", "-c", str(CONSTRAINTS), package),
        )


def run(*words: str) -> None:
    done = subprocess.run(words, env=clean(), capture_output=True, text=True, timeout=SET_UP_S, check=False)
    assert done.returncode == 0, f"{' '.join(words)}:\n{done.stdout}{done.stderr}"


def clean() -> dict[str, str]:
    """The environment variables without those that would show a stranger our packages."""
    ours = {"PYTHONPATH", "PYTHONHOME", "PIP_USER", "PIP_TARGET", "PIP_PREFIX"}
    return {name: value for name, value in os.environ.items() if name not in ours and not name.startswith("COV")}


@contextmanager
def locked(path: Path) -> Iterator[None]:
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
