"""What the actors need of the world, handed to them by the wiring."""

from collections.abc import Sequence
from typing import Protocol

from system.domain.order_events import Journal
from system.domain.road import BrokerCommand, ContractTold, Record
from system.domain.ticks import Batch


class Broker(Protocol):
    """The broker's side of the road. What it answers comes back on the road, in packets; it never raises for the wire.

    `do` returns at once. Orders leave within the call, a bracket as one write; everything else keeps to a pace of its
    own behind them. Every command is answered, or followed by news of the connection's end:

    - Dial: Connected, ContractTold and Verified, or DialFailed, or AccountRefused; NextIdTold before Verified.
    - Abort: nothing; the connection is gone at once.
    - Probe: HeartbeatAnswered.
    - Subscribe, Resubscribe: QuoteTold or TradeTold, or StreamRefused.
    - AskSeed: SeedAnswered.
    - Place: PlacementAnswered, whether the bytes have left. Cancel: reports, or an ErrorTold.
    - Ask: the Answered record of that number, `known` or not, within its deadline.
    - AskMargin: MarginAnswered, `known` or not, within its deadline. Nothing is placed.
    """

    def do(self, command: BrokerCommand) -> None: ...


class Post(Protocol):
    """Puts a record at the road's beginning, behind what is there."""

    def __call__(self, record: Record) -> None: ...


class Clock(Protocol):
    """The time that decides."""

    def __call__(self) -> int:
        """Now: nanoseconds UTC, never going back."""

    def deadline_s(self, at_ns: int) -> float:
        """That time on trio's clock."""

    def slept_ns(self) -> int:
        """How long the machine slept since this was last asked; 0: not at all."""


class Write(Protocol):
    """Appends records to the journal, durably: it returns when they are on disk. Raises StorageError where not."""

    def __call__(self, records: Sequence[Journal]) -> None: ...


class Tape(Protocol):
    """Records tape events."""

    def contract(self, contract: ContractTold) -> None:
        """What the events from now on are of."""

    def record(self, batch: Batch, now_ns: int) -> None:
        """Append events."""


class Log(Protocol):
    """Says what happens: a constant event name, and its fields."""

    def __call__(self, event: str, /, **fields: object) -> None: ...
