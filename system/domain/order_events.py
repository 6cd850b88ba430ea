"""What crosses the order brain's door: what has happened, and what it wants done.

Prices are in ticks, sides are +1 to buy and -1 to sell, sizes are contracts. Reports carry the generation of the
connection that brought them; those of an earlier one are void.
"""

from dataclasses import dataclass
from typing import Literal

from system.domain.position import Fill, Reason

Question = Literal["open_orders", "executions", "positions"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """An order as it is sent, and as the broker reads it back."""

    order_id: int
    ref: str
    side: int
    contracts: int
    type: str  # MKT, LMT or STP
    limit_ticks: int = 0
    stop_ticks: int = 0
    tif: str = "DAY"
    outside_rth: bool = True
    trigger_method: int = 2  # the last price
    group: str = ""
    group_type: int = 0
    parent_id: int = 0


# what has happened


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryAccepted:
    """The gate accepted a signal at this quote."""

    now_ns: int
    side: Literal[1, -1]
    contracts: int
    stop_ticks: int
    target_ticks: int
    bid_ticks: int
    ask_ticks: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CloseAsked:
    """What is held is to be closed at market. Never denied; needs no quote."""

    now_ns: int
    reason: Literal["opposite", "flatten"] = "flatten"


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacementAnswered:
    """The bytes of these orders have left, or it is certain that none has."""

    now_ns: int
    order_ids: tuple[int, ...]
    sent: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkChanged:
    """A connection stands (of a new generation), or there is none: so too when the program starts."""

    now_ns: int
    generation: int
    up: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockTicked:
    """Time has passed: deadlines may be over."""

    now_ns: int


@dataclass(frozen=True, slots=True, kw_only=True)
class HaltAsked:
    """No more entries until resumed."""

    now_ns: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ResumeAsked:
    """An operator's command: the only way out of a halt."""

    now_ns: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RollAsked:
    """The contract is to be left for the next month's, if nothing of ours is in it any more."""

    now_ns: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MarginAsked:
    """What an entry of so many contracts would do to the account is to be asked; nothing is placed."""

    now_ns: int
    contracts: int


# what the broker reports


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenOrderTold:
    """An open order: one of ours, another client's, or one made by hand."""

    now_ns: int
    generation: int
    client_id: int
    perm_id: int
    terms: Terms
    status: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusTold:
    """An order's status. It has no reference: the ids must do."""

    now_ns: int
    generation: int
    client_id: int
    order_id: int
    perm_id: int
    status: str
    filled: int
    remaining: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ExecutionTold:
    """Contracts traded. `ts_ns` is when we learned of it; corrections come under a higher last part of the id."""

    now_ns: int
    generation: int
    client_id: int
    order_id: int
    perm_id: int
    ref: str
    exec_id: str
    side: int
    contracts: int
    price_ticks: int
    ts_ns: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CommissionTold:
    """A late fact about an execution; None where the broker does not know it."""

    now_ns: int
    generation: int
    exec_id: str
    cents: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorTold:
    """A code about an order id."""

    now_ns: int
    generation: int
    order_id: int
    code: int
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class NextIdTold:
    """The first order id that the broker would take."""

    now_ns: int
    generation: int
    order_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PositionTold:
    """Contracts held at the broker in our instrument, signed; asked for or not."""

    now_ns: int
    generation: int
    contracts: int


# answers to the question of that number: `known` is false when none came, or not all of it


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenOrdersAnswered:
    """Every open order of the account."""

    now_ns: int
    generation: int
    number: int
    known: bool
    orders: tuple[OpenOrderTold, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ExecutionsAnswered:
    """Every execution since midnight, or of a week, as TWS's trade log is set."""

    now_ns: int
    generation: int
    number: int
    known: bool
    executions: tuple[ExecutionTold, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PositionsAnswered:
    """Contracts held, signed; `others`: in other months, as `+1 ESM4`, and in the other instrument."""

    now_ns: int
    generation: int
    number: int
    known: bool
    contracts: int = 0
    others: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class MarginAnswered:
    """The account after an entry that is not made, in its own currency; `text`: why it is not known."""

    now_ns: int
    generation: int
    known: bool
    initial_cents: int = 0
    equity_cents: int = 0
    text: str = ""


Told = OpenOrderTold | StatusTold | ExecutionTold | CommissionTold | ErrorTold | NextIdTold | PositionTold
Answered = OpenOrdersAnswered | ExecutionsAnswered | PositionsAnswered
OwnEvent = (
    EntryAccepted
    | CloseAsked
    | PlacementAnswered
    | LinkChanged
    | ClockTicked
    | HaltAsked
    | ResumeAsked
    | RollAsked
    | MarginAsked
)
OrderEvent = OwnEvent | Told | Answered


# what is to be done, in this order


@dataclass(frozen=True, slots=True, kw_only=True)
class Journal:
    """Append this record, durably, before anything after it is done. The payload holds integers and strings."""

    kind: str
    now_ns: int
    payload: dict[str, int | str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Send these orders as one write, the last of them transmitting all. A live order's id gives it new terms."""

    orders: tuple[Terms, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cancel:
    """Cancel an order of ours by its id."""

    order_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """Ask the broker; the answer names the number."""

    question: Question
    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AskMargin:
    """Ask the broker what an entry would do to the account, under an order id that is never used again."""

    order_id: int
    contracts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """Say it out loud."""

    event: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Halt:
    """Entries have stopped, until an operator resumes."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """Tell the gate of a fill; `inferred` when no execution explains it."""

    fill: Fill
    inferred: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Corrected:
    """Tell the gate that an execution's price was another; without a reason: of a bracket before the one in hand."""

    now_ns: int
    side: int
    contracts: int
    by_ticks: int
    reason: Reason | None


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryEnded:
    """Tell the gate that an entry came to nothing: denied by us, or proven dead without a fill."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reconciled:
    """Orders, executions and position agree with the broker's in this connection's generation."""

    generation: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ContractDone:
    """By the book and the broker nothing is held in this connection's contract, and no order of ours is in it."""

    generation: int


Command = (
    Journal
    | Place
    | Cancel
    | Ask
    | AskMargin
    | Alert
    | Halt
    | Filled
    | Corrected
    | EntryEnded
    | Reconciled
    | ContractDone
)
