"""Two ordered streams as one."""

from collections.abc import Generator, Iterator
from contextlib import closing

import numpy as np

from system.domain.ticks import Batch, empty_batch


def merge_by_time(
    first: Generator[Batch, None, None], second: Generator[Batch, None, None]
) -> Generator[Batch, None, None]:
    """Merge two streams ordered by time, stably: at equal times the events of `first` precede those of `second`.

    Holds no more than a batch or two of each, unless very many events share one time. Closes both at its end.
    """
    with closing(first), closing(second):
        yield from _merged(first, second)


def _merged(first: Iterator[Batch], second: Iterator[Batch]) -> Iterator[Batch]:
    streams = (first, second)
    held = [empty_batch(0), empty_batch(0)]
    open_ = [True, True]
    while True:
        for index in (0, 1):
            while open_[index] and not len(held[index]):
                open_[index] = _extend(streams[index], held, index)
        if not (len(held[0]) or len(held[1])):
            return
        # Up to here, exclusive, nothing new can arrive on a stream that is still open.
        limits = [int(held[index]["ts_ns"][-1]) for index in (0, 1) if open_[index] and len(held[index])]
        cuts = [int(np.searchsorted(rows["ts_ns"], min(limits))) if limits else len(rows) for rows in held]
        ready = np.concatenate([held[0][: cuts[0]], held[1][: cuts[1]]])
        if len(ready):
            yield ready[np.argsort(ready["ts_ns"], kind="stable")]
            held = [held[0][cuts[0] :], held[1][cuts[1] :]]
        behind = min((index for index in (0, 1) if open_[index]), key=lambda index: _end(held[index]), default=None)
        if behind is not None:
            open_[behind] = _extend(streams[behind], held, behind)


def _end(rows: Batch) -> int:
    return int(rows["ts_ns"][-1]) if len(rows) else -1


def _extend(stream: Iterator[Batch], held: list[Batch], index: int) -> bool:
    """Append the stream's next batch to what is held; False at its end."""
    batch = next(stream, None)
    if batch is None:
        return False
    held[index] = np.concatenate([held[index], batch])
    return True
