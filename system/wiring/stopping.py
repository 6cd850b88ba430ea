"""What `bn live` does when it is told to end by a signal."""

import math
import signal
from collections.abc import AsyncIterator
from typing import Final

import trio

from system.actors.ports import Log
from system.wiring.wiring import Wiring

STOP_S: Final = 4.8  # for all of it


class Stopping:
    """`wiring`: what there is to stop, if there is anything yet. `by_s`: when all must be over, on trio's clock."""

    def __init__(self, log: Log) -> None:
        self.wiring: Wiring | None = None
        self.by_s = math.inf
        self._log = log

    async def obey(self, signals: AsyncIterator[int], nursery: trio.Nursery) -> None:
        """The first signal: stop well; the second, or one before there is anything to stop: at once."""
        async for number in signals:
            self._log("signal", name=signal.Signals(number).name)
            if self.wiring is None or self.by_s < math.inf:
                nursery.cancel_scope.cancel()
                return
            self.by_s = trio.current_time() + STOP_S
            nursery.start_soon(self.wiring.stop)
