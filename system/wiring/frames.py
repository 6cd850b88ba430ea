"""The recording of the wire as the broker sees it: account numbers masked, never in the way of trading."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import trio

from system.actors.ports import Clock, Log
from system.domain.errors import StorageError
from system.domain.settings import SECOND_NS
from system.storage.masking import mask_bytes
from system.storage.wire_log import Frame, WireLog

FLUSH_S: Final = 1.0


class Frames:
    """A file for each run. A disk that takes no more ends the recording, and is told once."""

    def __init__(self, folder: Path, clock: Clock) -> None:
        folder.mkdir(mode=0o700, exist_ok=True)
        when = datetime.fromtimestamp(clock() // SECOND_NS, UTC).strftime("%Y%m%dT%H%M%SZ")
        self._log = WireLog(_free(folder, when))
        self._failure = ""

    def write(self, generation: int, way: str, now_ns: int, data: bytes) -> None:
        """Record what was read or written."""
        if self._failure:
            return
        try:
            self._log.write(Frame(now_ns=now_ns, generation=generation, way=way, data=mask_bytes(data)))
        except StorageError as error:
            self._failure = str(error)

    async def run(self, log: Log) -> None:
        """Each second, to the system what is in memory."""
        while not self._failure:
            await trio.sleep(FLUSH_S)
            try:
                self._log.flush()
            except StorageError as error:
                self._failure = str(error)
        log("alert", name="wire_not_recorded", text=f"{self._failure}; trading goes on")

    def close(self) -> None:
        """The end of the file."""
        try:
            self._log.close()
        except StorageError as error:
            self._failure = str(error)


def _free(folder: Path, when: str) -> Path:
    path = folder / f"{when}.wire"
    number = 1
    while path.exists():
        number += 1
        path = folder / f"{when}-{number}.wire"
    return path
