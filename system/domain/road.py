"""What travels the one road, from the broker to the order actor, in packets: all that came in at one instant.

    broker -> watchdog -> market data -> confluence -> risk -> order -> broker

Reports of orders and of the link have records of their own (order_events, link_events). Here are those of the market,
of an operator, and what one actor tells the next. A record that an actor has no use for goes on in its place.
"""

from dataclasses import dataclass
from typing import Literal

from system.domain import link_events as link
from system.domain import order_events as order
from system.domain.instrument import ContractMonth
from system.domain.ticks import Batch

# the broker tells of the market; a size of 0 is a side, or a trade, that is not there


@dataclass(frozen=True, slots=True, kw_only=True)
class QuoteTold:
    """The touch, tick by tick."""

    now_ns: int
    generation: int
    bid_ticks: int
    ask_ticks: int
    bid_size: int
    ask_size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TradeTold:
    """A trade of the market's, tick by tick."""

    now_ns: int
    generation: int
    price_ticks: int
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ContractTold:
    """What is traded on this connection: exactly one contract, its terms those of the configuration."""

    now_ns: int
    generation: int
    month: ContractMonth
    con_id: int
    local_symbol: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SeedAnswered:
    """VWAP's two sums from the one-minute bars since the session's open; `known` is false when none came."""

    now_ns: int
    generation: int
    known: bool
    price_size: int = 0
    size: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class BadDataTold:
    """A message that could not be read or that cannot be true: a price off the grid, a size without end."""

    now_ns: int
    generation: int
    text: str


# an operator's words


@dataclass(frozen=True, slots=True, kw_only=True)
class OperatorAsked:
    """Halt: no more entries until resumed. Flatten: the same, and close what is held. Stop: end the program."""

    now_ns: int
    what: Literal["halt", "resume", "flatten", "stop"]
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class EntriesHeld:
    """A service holds entries back, until it says so without a reason. Exits go on; nothing of it is in the journal."""

    now_ns: int
    by: str
    reason: str  # empty: no more


# what the actors tell each other


@dataclass(frozen=True, slots=True, kw_only=True)
class GateTurned:
    """The watchdog: whether entries may be made, and if not, why."""

    now_ns: int
    reasons: tuple[str, ...]  # empty: open


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkFell:
    """The watchdog: there is no connection to IB any more, or not yet: nothing can be asked or sent."""

    now_ns: int
    generation: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BooksAsked:
    """The watchdog: orders, executions and positions are to be compared with the broker's."""

    now_ns: int
    generation: int
    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DataMissing:
    """The watchdog: market data may be missing here, for the link is lost, or a stream is asked for (again)."""

    now_ns: int
    stream: str = ""  # the one asked for; empty: the link is lost


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionVwapTold:
    """Market data: whether all of the session's trades, or a seed in their place, are in VWAP."""

    now_ns: int
    is_whole: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticks:
    """Market data: tape events of one instant, as they are recorded. No packet's batch reaches over a report."""

    now_ns: int
    batch: Batch


@dataclass(frozen=True, slots=True, kw_only=True)
class SignalTold:
    """Confluence: a signal, with the quote that prevailed at it."""

    now_ns: int
    direction: Literal[1, -1]
    bid_ticks: int
    ask_ticks: int
    patterned: bool
    score: float
    features: tuple[float, ...]


Record = (
    QuoteTold
    | TradeTold
    | ContractTold
    | SeedAnswered
    | BadDataTold
    | OperatorAsked
    | EntriesHeld
    | GateTurned
    | LinkFell
    | BooksAsked
    | DataMissing
    | SessionVwapTold
    | Ticks
    | SignalTold
    | order.OrderEvent
    | order.MarginAnswered
    | link.LinkEvent
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Packet:
    """What came in at one instant, in the order of the wire. `now_ns` is that of every record in it."""

    now_ns: int
    records: tuple[Record, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AskSeed:
    """To the broker: the one-minute bars since the session's open, summed up."""

    generation: int
    opened_ns: int


BrokerCommand = (
    link.Dial
    | link.Abort
    | link.Probe
    | link.Subscribe
    | link.Resubscribe
    | AskSeed
    | order.Place
    | order.Cancel
    | order.Ask
    | order.AskMargin
)
