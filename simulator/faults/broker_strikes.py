"""Faults that hit one order message of a client on its way through TWS: what IB gets in its place, or None."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from simulator.faults.plan import Fault
from simulator.tws.codes import error, spoken
from simulator.tws.desk.order import DeskOrder
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
    desk, client_id = player.world.desk, session.client_id or 0
    if desk.find(client_id, request.order_id) is None:
        desk.doom(client_id, request.order_id, fault["reason"], fault["shape"])
        return request
    if fault["shape"] != "inactive":  # new terms; the order works on
        player.tell(session, error(request.order_id, 201, fault["reason"]))
    return None


def _inactive(player: "Player", fault: Fault, session: Session, request: Request) -> Request | None:
    assert isinstance(request, PlaceOrder), "the table says so"
    world, client_id, order_id = player.world, session.client_id or 0, request.order_id
    world.desk.shelve(client_id, order_id)
    player.later(fault["by"], lambda: world.deliver(world.desk.wake(client_id, order_id, world.now_ns)))
    return request


def _preset(player: "Player", fault: Fault, session: Session, request: Request) -> Request | None:
    assert isinstance(request, PlaceOrder), "the table says so"
    if fault["what"] == "day":
        player.tell(session, error(request.order_id, 10349, "DAY"))
        return replace(request, terms=replace(request.terms, tif="DAY"))
    player.tell(session, error(request.order_id, 2109))
    return replace(request, terms=replace(request.terms, outside_rth=False))


def _second_order(player: "Player", fault: Fault, session: Session, request: Request) -> Request | None:
    assert isinstance(request, PlaceOrder), "the table says so"
    client_id, terms = session.client_id or 0, request.terms
    order = player.world.desk.find(client_id, request.order_id)
    if order is None or not order.is_open:
        return request
    if fault["alone"]:
        terms = replace(terms, parent_id=0, oca_group="", oca_type=0)
    player.world.deliver(player.world.desk.place_again(client_id, replace(request, terms=terms), player.world.now_ns))
    return None


def _cancel_fill_race(player: "Player", fault: Fault, session: Session, request: Request) -> Request | None:
    assert isinstance(request, CancelOrder), "the table says so"
    order = player.world.desk.find(session.client_id or 0, request.order_id)
    if order is None or not order.is_open:
        return request
    if not fault["pending"]:
        _fill(player, fault, order)
        return request
    player.tell(session, replace(order.tell_status(), status="PendingCancel"))

    def go_on() -> None:
        _fill(player, fault, order)
        player.answer_late(session, request)

    player.later(fault["by"], go_on)
    return None


def _fill(player: "Player", fault: Fault, order: DeskOrder) -> None:
    with suppress(InputError):  # an order that does not work at the exchange cannot be filled there
        player.world.fill(order.client_id, order.order_id, fault["contracts"], None)


BROKER_STRIKES: Final[dict[str, Strike]] = {
    "swallow": _swallow,
    "ack_late": _ack_late,
    "error": _error,
    "reject": _reject,
    "inactive": _inactive,
    "preset": _preset,
    "second_order": _second_order,
    "cancel_fill_race": _cancel_fill_race,
}
