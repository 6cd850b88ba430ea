"""Text that a user has written: read within bounds, and shown in one line."""

from pathlib import Path
from typing import Final

from system.domain.errors import InputError

FILE_MAX: Final = 1 << 20


def printable(text: str) -> str:
    """`text` without anything that would break a line or an encoding."""
    return "".join(letter if letter.isprintable() else letter.encode("unicode_escape").decode() for letter in text)


def read_text(path: Path) -> str:
    """A TOML file's text; of a file without end (a device, a tape) no more than tells it apart. Raises InputError."""
    try:
        with path.open("rb") as file:
            data = file.read(FILE_MAX + 1)
        if len(data) > FILE_MAX:
            raise InputError(f"{printable(str(path))}: more than {FILE_MAX} bytes; expected a TOML file")
        return data.decode("utf-8-sig")
    except OSError as error:
        raise InputError(f"{printable(str(path))}: cannot be read: {error.strerror}") from None
    except UnicodeDecodeError as error:
        raise InputError(f"{printable(str(path))}: not UTF-8 text, at byte {error.start}") from None
