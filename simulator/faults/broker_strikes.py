"""Faults that hit one order message of a client on its way through TWS: what IB gets in its place, or None."""

from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from simulator.faults.plan import Fault
from simulator.tws.account_notices import OrderStatus
from simulator.tws.codes import error, spoken
from simulator.tws.notices import NO_ID
from simulator.tws.requests import CancelOrder, PlaceOrder, Request
from simulator.tws.session import Session
from system.domain.errors import InputError

if TYPE_CHECKING:
    from simulator.faults.player import Player

Strike = Callable[["Player", Fault, Session, Request], Request | None]


def _swallow(player: "Player", fault: Fault, session: Session, request: Request) -> Request | None:
    return None


def _ack_late(player: "Player", fault: Fault, session: Session, request: Request) -> Request | None:
    player.later(fault["by"], lambda: player.answer_late(session, request))
    return None


def _error(player: "Player", fault: Fault, session: Session, request: Request) -> Request | None:
    order_id = getattr(request, "order_id", NO_ID)
    player.tell(session, spoken(order_id, fault["code"], fault["text"]))
    return None if fault["instead"] else request


def _reject(player: "Player", fault: Fault, session: Session, request: Request) -> Request | None:
    assert isinstance(request, PlaceOrder), "the table says so"
    if fault["shape"] != "inactive":
        player.tell(session, error(request.order_id, 201, fault["reason"]))
    if fault["shape"] != "error":
        player.tell(session, _inactive(session, request))
    return None


def _cancel_fill_race(player: "Player", fault: Fault, session: Session, request: Request) -> Request | None:
    assert isinstance(request, CancelOrder), "the table says so"
    with suppress(InputError):  # an order that does not work at the exchange cannot be filled there
        player.world.fill(session.client_id or 0, request.order_id, 0, None)
    return request


def _inactive(session: Session, request: PlaceOrder) -> OrderStatus:
    return OrderStatus(
        order_id=request.order_id,
        status="Inactive",
        filled=0,
        remaining=round(request.terms.quantity),
        average_price=0.0,
        perm_id=0,
        parent_id=request.terms.parent_id,
        last_price=0.0,
        client_id=session.client_id or 0,
    )


BROKER_STRIKES: Final[dict[str, Strike]] = {
    "swallow": _swallow,
    "ack_late": _ack_late,
    "error": _error,
    "reject": _reject,
    "cancel_fill_race": _cancel_fill_race,
}
