"""What the exchange reports, as orders take it and clients are told of it.

All reports of one instant come together. What an order comes to by the end of them is known from the exchange before
the first is told, so that each fill can say what is left.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from simulator.exchange.orders import Accepted, Canceled, Filled, HoursChanged, Report, Triggered
from simulator.tws.data import hours
from simulator.tws.desk.life import Event, Life
from simulator.tws.desk.office import Office
from simulator.tws.desk.order import Asked, DeskOrder
from simulator.tws.desk.placing import CANCEL_ALL
from simulator.tws.desk.validity import expiry_ns

WHY: Final = {"no_quote": "No market data", "unfilled": "", "asked": "", "group": "", "parent": ""}


@dataclass(slots=True)
class Outlook:
    """What one instant does to an order: where its last fill or cancel stands among the reports, and its size then."""

    last: int = -1
    filled: int = 0
    contracts: int = 0


class Taking:
    """Takes reports."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self._moved: dict[tuple[str, int], None] = {}  # accounts and contracts whose positions have changed

    def take(self, reports: Sequence[Report]) -> list[tuple[str, int]]:
        """Take the reports of one instant; return the positions that they have changed, by account and conId."""
        outlooks = self._look_ahead(reports)
        self._moved = {}
        told: dict[int, None] = {}
        for place, report in enumerate(reports):
            if isinstance(report, HoursChanged):
                self._change_hours(report.ts_ns)
                continue
            order = self._office.registry.of_exchange(report.order_id)
            told[order.perm_id] = None
            if isinstance(report, Filled):
                self._fill(order, report, outlooks[order.perm_id], is_last=outlooks[order.perm_id].last == place)
            elif isinstance(report, Canceled):
                self._cancel(order, report, outlooks[order.perm_id], is_last=outlooks[order.perm_id].last == place)
            elif isinstance(report, Accepted):
                self._accept(order, report)
            elif isinstance(report, Triggered):
                order.triggered = True
                order.step(Event.WORK)
                self._office.tell(order)
            else:
                self._refuse(order)
        self._even_out(outlooks, told)
        return list(self._moved)

    def _look_ahead(self, reports: Sequence[Report]) -> dict[int, Outlook]:
        outlooks: dict[int, Outlook] = {}
        for place, report in enumerate(reports):
            if isinstance(report, HoursChanged):
                continue
            outlook = outlooks.setdefault(report.order_id, Outlook())
            if isinstance(report, Filled):
                outlook.filled += report.contracts
            if isinstance(report, Filled | Canceled):
                outlook.last = place
        for perm_id, outlook in outlooks.items():
            order, left = self._office.registry.of_exchange(perm_id), self._office.exchange.left(perm_id)
            ends = outlook.last >= 0 and not left and isinstance(reports[outlook.last], Canceled)
            outlook.contracts = max(order.contracts, order.filled + outlook.filled)
            if not ends and not order.state.is_over:
                outlook.contracts = order.filled + outlook.filled + left
        return outlooks

    def _fill(self, order: DeskOrder, report: Filled, outlook: Outlook, *, is_last: bool) -> None:
        office = self._office
        order.contracts = outlook.contracts
        order.filled_at(report.contracts, report.price_ticks)
        is_over = is_last and not office.exchange.left(order.perm_id)
        order.step(Event.FILL_ALL if is_over else Event.FILL)
        product, account = order.ticket.product, office.accounts[order.ticket.account]
        money = account.fill(product, order.ticket.side, report.contracts, report.price_ticks)
        self._moved[account.name, product.con_id] = None
        fill = office.executions.add(order, report.contracts, report.price_ticks, report.ts_ns, money)
        if is_over:
            self._end(order, report.ts_ns)
        if order.group and (order.group_type == CANCEL_ALL or is_over):
            office.registry.spend(order.group)
        office.tell_fill(order, fill)

    def _end(self, order: DeskOrder, ts_ns: int) -> None:
        order.ended_ns = ts_ns
        self._office.registry.ended(order)

    def _cancel(self, order: DeskOrder, report: Canceled, outlook: Outlook, *, is_last: bool) -> None:
        office = self._office
        order.contracts = outlook.contracts
        if report.reason == "asked" and order.asked:
            order.asked.pop(0)
        if not is_last or office.exchange.left(order.perm_id):
            order.step(Event.HOLD)
            office.say_of(order, order.tell_status())
            return
        if order.refusal:
            office.rejected(order, report.ts_ns, order.refusal)
            return
        office.canceled(order, report.ts_ns, WHY[report.reason])

    def _accept(self, order: DeskOrder, report: Accepted) -> None:
        if report.replaced:
            asked = order.asked.pop(0)
            assert not isinstance(asked, Asked)
            order.ticket = asked
            order.contracts = max(order.filled, asked.contracts)
            order.expires_ns = expiry_ns(asked, report.ts_ns)
        else:
            order.accepted_ns = report.ts_ns
        if report.replaced and order.state is Life.HELD:
            order.step(Event.HOLD)
        else:
            order.step(self._rest(order, report.ts_ns))
        self._office.tell(order)

    def _rest(self, order: DeskOrder, ts_ns: int) -> Event:
        """How an order is at the exchange; one that comes while that is closed wakes by the clock."""
        order.wakes_ns = None
        if not order.ticket.terms.outside_rth and not self._office.exchange.is_regular:
            return Event.SLEEP
        if order.is_stop and not order.triggered:
            return Event.ARM
        if hours.is_open(ts_ns):
            return Event.WORK
        order.wakes_ns = hours.next_change_ns(ts_ns)
        return Event.SLEEP

    def wake(self, now_ns: int) -> None:
        """The exchange is open again for orders that came while it was closed."""
        for order in self._office.registry.live():
            if order.state is Life.ASLEEP and order.wakes_ns is not None and order.wakes_ns <= now_ns:
                order.step(self._rest(order, now_ns))
                self._office.tell(order)

    def _change_hours(self, ts_ns: int) -> None:
        """Orders that act in regular hours only fall asleep or wake."""
        for order in self._office.registry.live():
            if order.ticket.terms.outside_rth or order.state not in (Life.WORKING, Life.ARMED, Life.ASLEEP):
                continue
            order.step(self._rest(order, ts_ns))
            self._office.tell(order)

    def _refuse(self, order: DeskOrder) -> None:
        """A cancel or new terms that came too late."""
        asked = order.asked.pop(0)
        if asked is Asked.BY_TWS:
            return
        if asked is Asked.BY_CLIENT:
            self._office.refuse(order.client_id, order.order_id, 10148, order.order_id, order.status)
        else:
            self._office.refuse(order.client_id, order.order_id, 104)

    def _even_out(self, outlooks: dict[int, Outlook], told: dict[int, None]) -> None:
        """Take over the sizes of orders that others have changed: their group's fills, or their entry's end."""
        registry, exchange = self._office.registry, self._office.exchange
        touched = [registry.of_exchange(perm_id) for perm_id in outlooks]
        groups, parents = {order.group for order in touched if order.group}, {order.perm_id for order in touched}
        for order in registry.live():
            is_near = order.group in groups or (order.parent is not None and order.parent.perm_id in parents)
            if order.state.is_unsent or not (is_near or order.perm_id in told):
                continue
            contracts = order.filled + exchange.left(order.perm_id)
            if contracts != order.contracts:
                order.contracts = contracts
                self._office.tell(order)
