"""Room on the disk: too little of it stops entries until there is more, next to none halts.

The journal and the tape need it before it is gone. What cannot be told for a minute counts as too little.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

import trio

from system.actors.ports import Clock, Log, Post
from system.domain.errors import StorageError
from system.domain.road import EntriesHeld, OperatorAsked
from system.storage.disk_space import HALT_BELOW, NO_ENTRIES_BELOW, DiskLevel, disk_level, free_bytes

LOOK_S: Final = 10.0
UNKNOWN_MAX: Final = 6  # looks in a row that told nothing: a minute
ENOUGH_AGAIN: Final = NO_ENTRIES_BELOW + HALT_BELOW  # bytes; a disk at the limit would turn the gate every time


class DiskGuard:
    """Looks at the disks of some folders; `level` is of the worst."""

    def __init__(
        self,
        folders: Sequence[Path],
        *,
        post: Post,
        clock: Clock,
        log: Log,
        free: Callable[[Path], int] = free_bytes,
    ) -> None:
        self.level = DiskLevel.ENOUGH
        self._folders = tuple(folders)
        self._post = post
        self._clock = clock
        self._log = log
        self._free = free
        self._unknown = 0

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            self.look()
            await trio.sleep(LOOK_S)

    def look(self) -> None:
        """Once. What holds is said at every look: actors that have begun again do not know it any more."""
        try:
            level, words = self._judge(min(self._free(folder) for folder in self._folders))
            self._unknown = 0
        except StorageError as error:
            self._unknown += 1
            if self._unknown < UNKNOWN_MAX:
                return
            level, words = max(DiskLevel.NO_ENTRIES, self.level), str(error)
        if level is not self.level or self._unknown == UNKNOWN_MAX:
            self._tell(level, words)
        was, self.level = self.level, level
        now_ns = self._clock()
        if level is not DiskLevel.ENOUGH or was is not DiskLevel.ENOUGH:
            why = "the disk's free space is not known" if self._unknown else "the disk is nearly full"
            self._post(EntriesHeld(now_ns=now_ns, by="disk", reason=why if level is not DiskLevel.ENOUGH else ""))
        if level is DiskLevel.HALT:
            self._post(OperatorAsked(now_ns=now_ns, what="halt", reason="the disk is full"))

    def _judge(self, free: int) -> tuple[DiskLevel, str]:
        level = disk_level(free)
        if level is DiskLevel.ENOUGH and self.level is not DiskLevel.ENOUGH and free < ENOUGH_AGAIN:
            level = DiskLevel.NO_ENTRIES
        return level, f"{free // 1_000_000} MB free"

    def _tell(self, level: DiskLevel, words: str) -> None:
        if self._unknown:
            self._log("alert", name="disk_unknown", text=f"{words}; no entries until it is known")
        elif level is DiskLevel.HALT:
            self._log("alert", name="disk_full", text=f"{words}: halted until an operator resumes")
        elif level is DiskLevel.NO_ENTRIES:
            self._log("alert", name="disk_low", text=f"{words}: no entries until there are {ENOUGH_AGAIN // 1_000_000}")
        else:
            self._log("disk_ok", text=words)
