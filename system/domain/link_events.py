"""What crosses the link's door: what has happened to the connection, and what is to be done about it.

Everything that comes from a connection carries its generation, the number of the dial that made it; what comes from a
generation that has ended is void.
"""

from dataclasses import dataclass
from datetime import UTC, datetime

from system.domain.settings import SECOND_NS

# what has happened


@dataclass(frozen=True, slots=True, kw_only=True)
class Started:
    """The program runs."""

    now_ns: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockTicked:
    """Time has passed: a deadline may be over, a dial or a probe due."""

    now_ns: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockJumped:
    """The machine slept, or was stopped, for `slept_ns`: what it knew is of before."""

    now_ns: int
    slept_ns: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StopAsked:
    """The program ends."""

    now_ns: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DialFailed:
    """No connection came of a dial; `reason` reads on from "TWS: "."""

    now_ns: int
    generation: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Connected:
    """The handshake is done."""

    now_ns: int
    generation: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """The account is the one that was asked for, of the kind that its port has."""

    now_ns: int
    generation: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountRefused:
    """The account or its kind is another: nothing may be asked of it, least of all orders."""

    now_ns: int
    generation: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reconciled:
    """Positions, orders and executions agree with the broker's: the answer to the Reconcile of this number."""

    now_ns: int
    generation: int
    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ContractLeft:
    """Another contract is to be traded from now on, and nothing of ours is left in the one of this connection."""

    now_ns: int
    generation: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DataFlowing:
    """A stream brought live data."""

    now_ns: int
    generation: int
    stream: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamRefused:
    """An error code that names a stream's request: no subscription, another login's session, too many requests."""

    now_ns: int
    generation: int
    stream: str
    code: int
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MarketHalted:
    """The exchange halts trading, or ends the halt."""

    now_ns: int
    generation: int
    is_halted: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class HeartbeatAnswered:
    """TWS answered the probe; `server_ns` is its clock, in whole seconds."""

    now_ns: int
    generation: int
    server_ns: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeTold:
    """A code that names no request or order of ours."""

    now_ns: int
    generation: int
    code: int
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionLost:
    """The connection is gone; `reason` reads on from "TWS: "."""

    now_ns: int
    generation: int
    reason: str


OwnEvent = Started | ClockTicked | ClockJumped | StopAsked
WireEvent = (
    DialFailed
    | Connected
    | Verified
    | AccountRefused
    | Reconciled
    | ContractLeft
    | DataFlowing
    | StreamRefused
    | MarketHalted
    | HeartbeatAnswered
    | CodeTold
    | ConnectionLost
)
LinkEvent = OwnEvent | WireEvent

# what is to be done


@dataclass(frozen=True, slots=True, kw_only=True)
class Dial:
    """Make a connection, with the same client id as ever: another one has no right to our orders."""

    generation: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Abort:
    """Tear down the connection or the dial, at once, without waiting for the other side."""

    generation: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """Ask TWS for its time. There is never more than one such question."""

    generation: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Reconcile:
    """Ask for positions, orders and executions, and compare."""

    generation: int
    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscribe:
    """Ask for a stream, tick by tick or sampled."""

    generation: int
    stream: str
    is_sampled: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Resubscribe:
    """Cancel a stream and ask for it again: ticks are missing in between."""

    generation: int
    stream: str
    is_sampled: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenGate:
    """Entries may be made."""

    generation: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ShutGate:
    """No more entries. Exits never ask the gate."""

    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """Tell a human: what is known, since when, and what is not."""

    name: str
    known: str
    since_ns: int
    unknown: str

    def __str__(self) -> str:
        since = datetime.fromtimestamp(self.since_ns // SECOND_NS, UTC)
        return f"{self.name}: {self.known}; since {since:%Y-%m-%d %H:%M:%S} UTC; not known: {self.unknown}"


@dataclass(frozen=True, slots=True, kw_only=True)
class GiveUp:
    """End the program with this exit status, and leave what protects the position where it rests."""

    status: int


LinkCommand = Dial | Abort | Probe | Reconcile | Subscribe | Resubscribe | OpenGate | ShutGate | Alert | GiveUp
