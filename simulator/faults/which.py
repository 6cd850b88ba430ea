"""Which orders a fault is about, said in a word."""

from typing import Final

from simulator.faults.arguments import Argument
from simulator.faults.kind import choice
from simulator.tws.desk.order import DeskOrder
from simulator.tws.requests import CancelOrder, PlaceOrder, Request
from simulator.tws.session import Session
from simulator.tws.terms import OrderTerms

ANY: Final = "any"
ORDERS: Final = (ANY, "entry", "child", "stop", "limit")
WHICH_ORDER: Final[Argument] = choice("which", "of orders: an entry has no parent, a child has one", *ORDERS)
WHICH_MESSAGE: Final[Argument] = choice(
    "which", "of orders, and whether the message is about a new or a known one", *ORDERS, "new", "modify"
)


def is_it(order: DeskOrder, which: str) -> bool:
    """Whether an order is such a one."""
    return _fits(order.ticket.terms, which)


def hits(session: Session, request: Request, which: str) -> bool:
    """Whether a client's message is about such an order; a cancel of one that is not known is about any."""
    if which == ANY or not isinstance(request, PlaceOrder | CancelOrder):
        return which == ANY
    known = session.world.desk.find(session.client_id or 0, request.order_id)
    if which in ("new", "modify"):
        return (known is not None) == (which == "modify")
    if isinstance(request, PlaceOrder):
        return _fits(request.terms, which)
    return known is not None and is_it(known, which)


def _fits(terms: OrderTerms, which: str) -> bool:
    kind = terms.order_type.strip().upper()
    match which:
        case "entry":
            return not terms.parent_id
        case "child":
            return bool(terms.parent_id)
        case "stop":
            return kind.startswith(("STP", "TRAIL"))
        case "limit":
            return kind == "LMT"
        case _:
            return True
