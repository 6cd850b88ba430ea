"""The live system's decisions as they are made, into the ledger that a replay of the core fills too."""

from collections.abc import Iterator

from simulator.replay.ledger import Ledger
from system.domain.confluence import Confluence, Reading
from system.domain.position import Fill
from system.domain.risk import Outcome, SignalFound
from system.domain.road import SignalTold
from system.domain.settings import Settings
from system.domain.ticks import Batch


class WatchedCore(Confluence):
    """A core that shows what it reads."""

    def __init__(self, settings: Settings, ledger: Ledger) -> None:
        super().__init__(settings)
        self._ledger = ledger

    def read(self, batch: Batch, start: int, stop: int) -> Iterator[Reading]:
        """As the core does."""
        for reading in super().read(batch, start, stop):
            self._ledger.read(reading)
            yield reading


class Witness:
    """What the risk actor tells its decisions to."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def signal(self, signal: SignalTold, outcome: Outcome) -> None:
        """Note a signal."""
        found = SignalFound(signal.now_ns, signal.direction, signal.bid_ticks, signal.ask_ticks, signal.patterned)
        self._ledger.judged(found, signal.score, signal.features, outcome)

    def fill(self, fill: Fill) -> None:
        """Note a fill."""
        self._ledger.book(fill)
