"""Fills as TWS keeps and tells them: execution ids, times, and which of them a client may ask for."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from simulator.tws.account_notices import CommissionReport, Execution
from simulator.tws.desk.order import DeskOrder
from simulator.tws.moments import in_chicago, read_moment
from simulator.tws.terms import ANY_CLIENT, Contract, ExecutionFilter
from system.domain.session import NEW_YORK, utc_ns
from system.domain.settings import SECOND_NS

SERVER: Final = "0000e0d5"
SIDES: Final = {"BUY": "BOT", "BOT": "BOT", "SELL": "SLD", "SLD": "SLD", "SSHORT": "SLD"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Fill:
    """One execution with what goes along with it."""

    ts_ns: int
    price_ticks: int
    contract: Contract
    execution: Execution
    commission: CommissionReport

    @property
    def signed(self) -> int:
        """Contracts, with their sign."""
        return self.execution.quantity if self.execution.side == "BOT" else -self.execution.quantity


def midnight_ns(ts_ns: int) -> int:
    """When the day began on the clock of TWS's machine."""
    local = datetime.fromtimestamp(ts_ns // SECOND_NS, NEW_YORK)
    return utc_ns(local.replace(hour=0, minute=0, second=0, microsecond=0, fold=0))


class Executions:
    """All fills of the day, in order."""

    def __init__(self, first: int) -> None:
        self._next = first
        self._fills: list[Fill] = []
        self._day_ns = 0

    def add(
        self, order: DeskOrder, contracts: int, price_ticks: int, ts_ns: int, money: tuple[int, int | None]
    ) -> Fill:
        """Book a fill that `order` has counted; `money`: commission and realized result in cents."""
        self._next += 1
        exec_id = f"{SERVER}.{self._next:08x}.01.01"
        commission_cents, realized_cents = money
        terms, contract = order.ticket.terms, order.ticket.product.contract()
        execution = Execution(
            order_id=order.order_id,
            client_id=order.client_id,
            perm_id=order.perm_id,
            exec_id=exec_id,
            time=in_chicago(ts_ns),
            account=order.ticket.account,
            exchange=contract.exchange,
            side="BOT" if order.ticket.side > 0 else "SLD",
            quantity=contracts,
            price=price_ticks * float(order.tick),
            cumulative=order.filled,
            average_price=order.average_price,
            order_ref=terms.order_ref,
            liquidation=int(order.forced),
            last_liquidity=2 if ts_ns == order.accepted_ns or order.is_stop else 1,
        )
        report = CommissionReport(
            exec_id=exec_id,
            commission=commission_cents / 100,
            currency="USD",
            realized_pnl=None if realized_cents is None else realized_cents / 100,
        )
        fill = Fill(ts_ns=ts_ns, price_ticks=price_ticks, contract=contract, execution=execution, commission=report)
        self._begin_day(midnight_ns(ts_ns))
        self._fills.append(fill)
        return fill

    def find(self, exec_id: str) -> Fill | None:
        """The fill of that id, or None; what has been corrected has another."""
        return next((fill for fill in self._fills if fill.execution.exec_id == exec_id), None)

    def last(self, client_id: int | None) -> str | None:
        """The id of a client's latest fill that stands, None: anybody's."""
        for fill in reversed(self._fills):
            if fill.execution.quantity and client_id in (None, fill.execution.client_id):
                return fill.execution.exec_id
        return None

    def revise(self, fill: Fill, price_ticks: int, contracts: int) -> Fill:
        """Replace a fill by itself at another price or for fewer contracts, its id's last part higher.

        The averages of its order's fills from then on are told anew when they are asked for.
        """
        old, tick = fill.execution, fill.execution.price / fill.price_ticks
        stem, revision = old.exec_id.rsplit(".", 1)
        exec_id = f"{stem}.{int(revision) + 1:02d}"
        gone = old.quantity - contracts
        paid = (contracts * price_ticks - old.quantity * fill.price_ticks) * tick
        price = price_ticks * tick
        place = self._fills.index(fill)
        for later, other in enumerate(self._fills[place:], place):
            told = other.execution
            if told.perm_id == old.perm_id:
                cumulative = told.cumulative - gone
                average = (told.average_price * told.cumulative + paid) / cumulative if cumulative else 0.0
                execution = replace(told, cumulative=cumulative, average_price=average)
                self._fills[later] = replace(other, execution=execution)
        execution = replace(self._fills[place].execution, exec_id=exec_id, price=price, quantity=contracts)
        commission = replace(fill.commission, exec_id=exec_id)
        self._fills[place] = replace(
            self._fills[place], price_ticks=price_ticks, execution=execution, commission=commission
        )
        return self._fills[place]

    def _begin_day(self, day_ns: int) -> None:
        """Forget the fills of days before."""
        if day_ns != self._day_ns:
            self._day_ns = day_ns
            self._fills.clear()

    def ask(self, wanted: ExecutionFilter, now_ns: int) -> list[Fill]:
        """The fills since midnight that pass a filter."""
        since_ns = midnight_ns(now_ns)
        if wanted.time:
            moment = read_moment(wanted.time, now_ns)
            since_ns = max(since_ns, moment.ts_ns) if moment is not None else since_ns
        return [fill for fill in self._fills if fill.ts_ns >= since_ns and _passes(fill, wanted)]


def _passes(fill: Fill, wanted: ExecutionFilter) -> bool:
    execution, contract = fill.execution, fill.contract
    return (
        wanted.client_id in (ANY_CLIENT, execution.client_id)
        and wanted.account in ("", execution.account)
        and wanted.symbol.upper() in ("", contract.symbol)
        and wanted.sec_type.upper() in ("", contract.sec_type)
        and wanted.exchange.upper() in ("", contract.exchange)
        and (not wanted.side or SIDES.get(wanted.side.upper()) == execution.side)
    )
