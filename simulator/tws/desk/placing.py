"""New orders, new terms for old ones, and orders that wait in TWS until they are transmitted."""

from dataclasses import replace
from typing import Final, Literal

from simulator.exchange.book import OrderType
from simulator.exchange.orders import Order
from simulator.tws.account_notices import OpenOrder, OrderStatus
from simulator.tws.codes import error
from simulator.tws.desk.life import Event, Life
from simulator.tws.desk.margin import what_if, why_not
from simulator.tws.desk.office import Office
from simulator.tws.desk.order import Asked, DeskOrder, Ticket
from simulator.tws.desk.reading import Circumstances, RefusedError, read
from simulator.tws.desk.validity import expiry_ns, held_until_ns, is_closed
from simulator.tws.moments import in_chicago
from simulator.tws.requests import PlaceOrder

BINDER: Final = 0  # the client that orders made by hand belong to
CANCEL_ALL: Final = 1  # the type of a group whose orders a fill cancels
REDUCE: Final = 3
LASTS: Final[dict[str, Literal["rest", "immediate", "whole"]]] = {"IOC": "immediate", "FOK": "whole"}
PARENT_GONE: Final = "Parent order is being cancelled."
SILENT: Final = frozenset({110})  # some clients wait for a status after these
MONTHS: Final = ("", "JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")


class Placing:
    """What message 3 does."""

    def __init__(self, office: Office) -> None:
        self._office = office

    def place(self, client_id: int, request: PlaceOrder, now_ns: int) -> None:
        """Take an order, or new terms for one, from a client."""
        office, registry = self._office, self._office.registry
        order_id = request.order_id
        order = registry.of_client(client_id, order_id)
        is_new = order is None
        try:
            if request.terms.what_if:
                self._tell_what_if(client_id, request, now_ns)
            elif order is not None:
                self._modify(order, request, now_ns)
            elif registry.is_used(client_id, order_id):
                office.refuse(client_id, order_id, 103)
            else:
                registry.see_id(client_id, order_id)
                self._place(client_id, request, now_ns)
        except RefusedError as refused:
            office.doomed.pop((client_id, order_id), None)
            office.shelved.discard((client_id, order_id))
            office.say(client_id, refused.said(order_id))
            if is_new and refused.code in SILENT:
                office.say(client_id, _never_was(client_id, request))

    def place_again(self, client_id: int, request: PlaceOrder, now_ns: int) -> None:
        """Take new terms for an order as another order under the same id; both live."""
        try:
            self.transmit(self._make(client_id, request, now_ns), now_ns)
        except RefusedError as refused:
            self._office.say(client_id, refused.said(request.order_id))

    def by_hand(self, request: PlaceOrder, order_id: int, now_ns: int) -> DeskOrder:
        """An order of whoever sits at TWS, which client 0 hears of. Raises RefusedError."""
        order = self._make(BINDER, replace(request, order_id=order_id), now_ns)
        self.transmit(order, now_ns)
        return order

    def _read(self, request: PlaceOrder, now_ns: int) -> Ticket:
        office = self._office
        if not request.contract.exchange:
            raise RefusedError(321, "Missing order exchange.")
        around = Circumstances(
            product=office.find(request.contract, now_ns),
            accounts=tuple(office.accounts),
            last_ticks=office.mark_ticks,
            now_ns=now_ns,
        )
        return read(request.terms, around)

    def _tell_what_if(self, client_id: int, request: PlaceOrder, now_ns: int) -> None:
        ticket = self._read(request, now_ns)
        if doom := self._office.doomed.pop((client_id, request.order_id), None):
            raise RefusedError(201, doom[0])
        state = what_if(self._office, ticket)
        contract = ticket.product.contract()
        terms = replace(ticket.terms, account=ticket.account, tif=ticket.tif)
        said = OpenOrder(
            order_id=request.order_id, contract=contract, terms=terms, client_id=client_id, perm_id=0, state=state
        )
        self._office.say(client_id, said)

    # new orders

    def _place(self, client_id: int, request: PlaceOrder, now_ns: int) -> None:
        order = self._make(client_id, request, now_ns)
        if request.terms.transmit:
            self.transmit(order, now_ns)

    def _make(self, client_id: int, request: PlaceOrder, now_ns: int) -> DeskOrder:
        ticket = self._read(request, now_ns)
        registry, parent_id = self._office.registry, request.terms.parent_id
        parent = registry.of_client(client_id, parent_id) if parent_id else None
        if parent_id and parent is None:
            raise RefusedError(135, parent_id)
        order = DeskOrder(
            perm_id=registry.new_perm_id(),
            client_id=client_id,
            order_id=request.order_id,
            ticket=ticket,
            contracts=ticket.contracts,
            placed_ns=now_ns,
            parent=parent,
        )
        order.refusal, order.refusal_shape = self._office.doomed.pop((client_id, request.order_id), ("", "both"))
        self._join(order)
        registry.add(order)
        return order

    def _join(self, order: DeskOrder) -> None:
        """Put an order into its group: the one it names, or that of its entry's children."""
        terms, account, registry = order.ticket.terms, order.ticket.account, self._office.registry
        if terms.oca_group:
            name, kind = terms.oca_group, terms.oca_type if terms.oca_type in (1, 2, 3) else REDUCE
        elif order.parent is not None:
            name, kind = str(order.parent.perm_id), REDUCE
        else:
            return
        order.group_name = name
        order.group, order.group_type = registry.group(account, name, kind)

    def transmit(self, order: DeskOrder, now_ns: int) -> None:
        """Send an order and the untransmitted ones that it is attached to, or that are attached to it: one command."""
        family = self._without_held(self._family(order), now_ns)
        if not family:
            return
        root = family[0]
        if (reason := self._why_rejected(root, now_ns)) is not None:
            for member in family:
                self._office.rejected(member, now_ns, reason)
            return
        family = self._without_doomed(family, now_ns)
        entry = root.parent
        follows = entry is not None and not entry.state.is_over
        for member in family:
            member.step(Event.HOLD if member is not root or follows else Event.SEND)
            member.expires_ns = expiry_ns(member.ticket, now_ns)
            self._warn_of_hours(member, now_ns)
            self._office.tell(member)
        if self._office.registry.is_spent(root.group):
            for member in family:
                self._office.canceled(member, now_ns)
            return
        orders = tuple(
            self._for_exchange(member, follows=follows or member is not root, now_ns=now_ns) for member in family
        )
        self._office.exchange.submit(orders, now_ns)

    def _family(self, order: DeskOrder) -> list[DeskOrder]:
        root = order
        while root.parent is not None and root.parent.state is Life.UNTRANSMITTED:
            root = root.parent
        family = [root]
        for other in self._office.registry.live():
            if other.state is Life.UNTRANSMITTED and other.parent in family and other is not root:
                family.append(other)
        return family

    def _without_held(self, family: list[DeskOrder], now_ns: int) -> list[DeskOrder]:
        """What goes out now of a family; what is put aside keeps its children with it."""
        out = []
        for member in family:
            parent = member.parent
            if parent is not None and parent.state.is_unsent and parent not in out:
                continue
            if member.state is Life.UNTRANSMITTED and (member.client_id, member.order_id) in self._office.shelved:
                member.step(Event.SHELVE)
            elif member.ticket.after_ns > now_ns:
                member.step(Event.WAIT)
            else:
                out.append(member)
                continue
            self._office.tell(member)
        return out

    def go_out(self, now_ns: int) -> None:
        """Send the orders whose time has come."""
        for order in self._office.registry.live():
            if order.state is Life.WAITING and order.ticket.after_ns <= now_ns:
                self.transmit(order, now_ns)

    def _without_doomed(self, family: list[DeskOrder], now_ns: int) -> list[DeskOrder]:
        """What is left of a family once IB has refused some of its children, and theirs."""
        left = []
        for member in family:
            parent = member.parent
            why = member.refusal or (PARENT_GONE if parent is not None and parent.state is Life.INACTIVE else "")
            if why:
                self._office.rejected(member, now_ns, why)
            else:
                left.append(member)
        return left

    def _why_rejected(self, root: DeskOrder, now_ns: int) -> str | None:
        """Why IB does not take an order."""
        parent = root.parent
        if root.refusal:
            return root.refusal
        if parent is not None and parent.state in (Life.CANCELED, Life.INACTIVE, Life.CANCELING):
            return PARENT_GONE
        if root.ticket.product.ends_ns <= now_ns:
            return "The contract has expired."
        if root.ticket.tif in LASTS and is_closed(root.ticket, now_ns):
            return "Exchange is closed."
        if parent is not None and not parent.state.is_over:
            return None
        return why_not(self._office, root)

    def _warn_of_hours(self, order: DeskOrder, now_ns: int) -> None:
        until_ns = held_until_ns(order.ticket, now_ns)
        if until_ns is None or order.state is Life.HELD:
            return
        when = in_chicago(until_ns)
        said = f"your order will not be placed at the exchange until {_dashed(when)}"
        self._office.say_of(order, error(order.order_id, 399, described(order), said))

    def _for_exchange(self, order: DeskOrder, *, follows: bool, now_ns: int) -> Order:
        ticket, parent = order.ticket, order.parent
        position = self._office.accounts[ticket.account].position(ticket.product.con_id)
        waits = bool(order.group) or position * ticket.side < 0 or is_closed(ticket, now_ns)
        return Order(
            order_id=order.perm_id,
            side=ticket.side,
            contracts=order.contracts,
            type=ticket.type,
            limit_ticks=ticket.limit_ticks,
            stop_ticks=ticket.stop_ticks,
            group=order.group,
            parent=parent.perm_id if follows and parent is not None else 0,
            waits=ticket.type is OrderType.MARKET and waits,
            lasts=LASTS.get(ticket.tif, "rest"),
            group_cancels=order.group_type == CANCEL_ALL,
            regular_only=not ticket.terms.outside_rth,
            trail_ticks=ticket.trail_ticks,
            trail_ppm=ticket.trail_ppm,
            trigger=ticket.trigger,
        )

    # new terms

    def _modify(self, order: DeskOrder, request: PlaceOrder, now_ns: int) -> None:
        if order.state.is_over or order.state is Life.CANCELING:
            raise RefusedError(104)
        ticket = self._read(request, now_ns)
        _compare(order, ticket)
        if order.state.is_unsent:
            order.ticket, order.contracts = ticket, ticket.contracts
            if order.state is Life.SHELVED or ticket.after_ns > now_ns:
                self._office.tell(order)
            elif order.state is Life.WAITING or request.terms.transmit:
                self.transmit(order, now_ns)
            return
        if ticket.contracts <= order.filled:
            raise RefusedError(201, "Revised size must be above what has been filled")
        if ticket.contracts > order.contracts and order.state is not Life.HELD:
            self._afford(order, ticket)
        order.asked.append(ticket)
        limit_ticks, stop_ticks = self._new_prices(order, ticket)
        self._office.exchange.replace(
            order.perm_id,
            now_ns,
            contracts=ticket.contracts - order.filled,
            limit_ticks=limit_ticks,
            stop_ticks=stop_ticks,
            trail_ticks=ticket.trail_ticks,
            trail_ppm=ticket.trail_ppm,
            regular_only=not ticket.terms.outside_rth,
        )
        if LASTS.get(ticket.tif) == "immediate":  # what the new terms do not fill at once goes
            order.asked.append(Asked.BY_TWS)
            self._office.exchange.cancel(order.perm_id, now_ns)

    def _new_prices(self, order: DeskOrder, ticket: Ticket) -> tuple[int, int | None]:
        """Limit and stop to send; None: a trailing stop goes on from where it is, since no other price is named."""
        named = ticket.terms.trail_stop_price and ticket.stop_ticks not in (
            order.trailed_ticks,
            order.ticket.stop_ticks,
        )
        if not ticket.trails or named:
            return ticket.limit_ticks, ticket.stop_ticks
        now_ticks = self._office.exchange.stop_ticks(order.perm_id)
        if now_ticks is None or ticket.type is not OrderType.STOP_LIMIT:
            return ticket.limit_ticks, None
        return ticket.limit_ticks - ticket.stop_ticks + now_ticks, None

    def _afford(self, order: DeskOrder, ticket: Ticket) -> None:
        """Raises RefusedError where the account cannot carry more contracts."""
        contracts, order.contracts = order.contracts, ticket.contracts
        reason = why_not(self._office, order)
        order.contracts = contracts
        if reason is not None:
            raise RefusedError(201, reason)


def _compare(order: DeskOrder, ticket: Ticket) -> None:
    """Raises RefusedError where new terms are another order's."""
    old, terms = order.ticket, ticket.terms
    same = (
        old.product.con_id == ticket.product.con_id
        and old.side == ticket.side
        and old.account == ticket.account
        and old.type == ticket.type
        and bool(old.trail_ticks) == bool(ticket.trail_ticks)
        and bool(old.trail_ppm) == bool(ticket.trail_ppm)
        and old.trigger == ticket.trigger
        and (LASTS.get(old.tif) == LASTS.get(ticket.tif) or (ticket.tif == "IOC" and order.state is not Life.HELD))
    )
    if not same:
        raise RefusedError(105)
    if terms.parent_id not in (0, order.parent.order_id if order.parent is not None else 0):
        raise RefusedError(10341)
    if terms.oca_group not in ("", order.group_name):
        raise RefusedError(10326)
    if terms.oca_group and terms.oca_type not in (0, order.group_type):
        raise RefusedError(10327)


def described(order: DeskOrder) -> str:
    """An order in TWS's words: `BUY 1 ES MAR'24`."""
    contract = order.ticket.product.contract()
    year, month = contract.last_trade[2:4], int(contract.last_trade[4:6])
    action = "BUY" if order.ticket.side > 0 else "SELL"
    return f"{action} {order.contracts} {contract.symbol} {MONTHS[month]}'{year}"


def _dashed(when: str) -> str:
    return f"{when[:4]}-{when[4:6]}-{when[6:]}"


def _never_was(client_id: int, request: PlaceOrder) -> OrderStatus:
    """The end of an order that TWS never took."""
    return OrderStatus(
        order_id=request.order_id,
        status="Cancelled",
        filled=0,
        remaining=int(request.terms.quantity),
        average_price=0.0,
        perm_id=0,
        parent_id=request.terms.parent_id,
        last_price=0.0,
        client_id=client_id,
    )
