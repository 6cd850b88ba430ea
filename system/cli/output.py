"""Standard output that is closed, full, or whose reader went away: no exception where something is printed."""

import io
import os
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer


class Output(io.FileIO):
    """The file under `sys.stdout`. From its first failure, `lost`, it takes everything and keeps nothing."""

    lost: OSError | None = None

    def write(self, data: "ReadableBuffer", /) -> int:
        """Write, or pretend to."""
        if self.lost is None:
            try:
                return super().write(data)
            except OSError as error:
                self.lost = error
        return memoryview(data).nbytes


def is_lost() -> bool:
    """Whether standard output takes no more: a command without an end of its own has to end."""
    raw = getattr(getattr(sys.stdout, "buffer", None), "raw", None)
    return isinstance(raw, Output) and raw.lost is not None


def guard() -> Output:
    """Put an Output under `sys.stdout`.

    A standard stream that is closed becomes the null device, before a file of ours can take its number.
    """
    for number, stream in ((1, sys.__stdout__), (2, sys.__stderr__)):
        if stream is None:
            os.dup2(os.open(os.devnull, os.O_WRONLY), number)
    if sys.__stderr__ is None:
        sys.stderr = io.TextIOWrapper(io.FileIO(2, "w", closefd=False), write_through=True)
    output = Output(1, "w", closefd=False)
    was = sys.__stdout__
    sys.stdout = io.TextIOWrapper(
        io.BufferedWriter(output),
        encoding="utf-8" if was is None else was.encoding,
        errors="backslashreplace",  # a file's name may be no text, or none in this encoding: no reason to fail
        line_buffering=output.isatty(),
    )
    return output
