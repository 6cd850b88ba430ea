"""Which program this is: its release, and a digest of the code that trades."""

import hashlib
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Final

CODE: Final = Path(__file__).resolve().parents[1]
DIGITS: Final = 10


@cache
def version() -> str:
    """`0.1.0+5f2c81e07a`: another as soon as any file of `system` is."""
    try:
        release = metadata.version("battle-navale")
    except metadata.PackageNotFoundError:
        release = "0"
    return f"{release}+{digest(CODE)}"


def digest(folder: Path) -> str:
    """Of all Python files in a folder, with their names."""
    found = hashlib.sha256()
    for path in sorted(folder.rglob("*.py")):
        content = path.read_bytes()
        found.update(f"{path.relative_to(folder).as_posix()} {len(content)}\n".encode() + content)
    return found.hexdigest()[:DIGITS]
