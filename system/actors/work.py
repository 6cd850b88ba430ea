"""What risk and order say to each other: one event at a time, asked and answered, so that neither ever runs ahead.

Risk sends the event with records of its own; order steps its brain and tells what concerns the gate; risk sends the
records that this leads to; order then writes all records as one transaction, and only then does what is to be done.
"""

from dataclasses import dataclass, field

from system.domain.order_events import Corrected, EntryEnded, Filled, Halt, Journal, OrderEvent
from system.domain.road import BooksAsked, ContractTold, LinkFell

ForGate = Filled | Corrected | EntryEnded | Halt
ForOrder = OrderEvent | LinkFell | BooksAsked | ContractTold


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What concerns the gate, and what is held by the book, bought or sold at `at_ticks`, where that is known.

    `is_over`: no order of ours may still fill.
    `shut`: why no entry would be made, whatever it is; empty where one might.
    """

    told: tuple[ForGate, ...]
    held: int
    at_ticks: int
    is_over: bool
    shut: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """An event for the order brain, or None: records alone."""

    event: ForOrder | None
    records: tuple[Journal, ...] = field(default=())
