"""Cancels: by a client, of everything, and by TWS itself when an order's time is over."""

from simulator.tws.desk.life import Event, Life
from simulator.tws.desk.office import Office
from simulator.tws.desk.order import Asked, DeskOrder


class Canceling:
    """What message 4 and message 58 do."""

    def __init__(self, office: Office) -> None:
        self._office = office

    def cancel(self, client_id: int, order_id: int, now_ns: int) -> None:
        """Cancel a client's own order; another client's is not found."""
        office = self._office
        order = office.registry.of_client(client_id, order_id)
        if order is None:
            office.refuse(client_id, order_id, 10147, order_id)
        elif order.state.is_over or order.state is Life.CANCELING:
            office.refuse(client_id, order_id, 10148, order_id, order.status)
        else:
            self._end(order, Asked.BY_CLIENT, now_ns)
            self._end_siblings(order, now_ns)

    def cancel_by_hand(self, perm_id: int, now_ns: int) -> None:
        """Cancel any order; one that is over stays as it is."""
        order = self._office.registry.of_exchange(perm_id)
        if not order.state.is_over and order.state is not Life.CANCELING:
            self._end(order, Asked.BY_TWS, now_ns)
            self._end_siblings(order, now_ns)

    def reject(self, perm_id: int, reason: str, now_ns: int) -> None:
        """Let IB take an order back that it had taken; its siblings stay."""
        order = self._office.registry.of_exchange(perm_id)
        if order.is_open and order.state is not Life.CANCELING:
            order.refusal = order.why = reason
            self._end(order, Asked.BY_TWS, now_ns)

    def _end_siblings(self, order: DeskOrder, now_ns: int) -> None:
        """With one of an entry's children its others of the same group go."""
        if order.parent is None or not order.group:
            return
        for other in self._office.registry.children(order.parent):
            if other is not order and other.group == order.group and other.state is not Life.CANCELING:
                self._end(other, Asked.BY_TWS, now_ns)

    def cancel_all(self, now_ns: int) -> None:
        """Cancel every order of every client. Children that are held go with their entry."""
        for order in self._office.registry.live():
            goes_along = order.state is Life.HELD and order.parent is not None and order.parent.state is Life.CANCELING
            if order.state is not Life.CANCELING and not order.state.is_over and not goes_along:
                self._end(order, Asked.BY_TWS, now_ns)

    def expire(self, now_ns: int) -> None:
        """Cancel what has come to its end."""
        for order in self._office.registry.live():
            due = order.expires_ns is not None and order.expires_ns <= now_ns
            if due and order.state is not Life.CANCELING and not order.state.is_unsent and not order.state.is_over:
                order.why = "expired"
                self._end(order, Asked.BY_TWS, now_ns)

    def _end(self, order: DeskOrder, asked: Asked, now_ns: int) -> None:
        if order.state.is_unsent:
            self.drop(order, now_ns)
            return
        order.step(Event.ASK_CANCEL)
        order.asked.append(asked)
        self._office.exchange.cancel(order.perm_id, now_ns)

    def drop(self, order: DeskOrder, now_ns: int) -> None:
        """End an order that was never transmitted, and those attached to it."""
        office = self._office
        attached = [child for child in office.registry.children(order) if child.state.is_unsent]
        office.canceled(order, now_ns)
        for child in attached:
            if not child.state.is_over:
                self.drop(child, now_ns)
