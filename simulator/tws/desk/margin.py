"""Whether an account can carry an order, and what TWS says of that."""

from collections.abc import Iterable
from typing import Final

from simulator.tws.account_notices import OrderState
from simulator.tws.desk.ledger import Account, margins
from simulator.tws.desk.life import Life
from simulator.tws.desk.office import Office
from simulator.tws.desk.order import DeskOrder, Ticket

SHORT_OF_MARGIN: Final = (
    "YOUR ORDER IS NOT ACCEPTED. IN ORDER TO OBTAIN THE DESIRED POSITION YOUR EQUITY WITH LOAN VALUE [{} USD] MUST "
    "EXCEED THE INITIAL MARGIN [{} USD]"
)


def held(account: Account) -> dict[str, int]:
    """Contracts held by symbol, each month by itself."""
    contracts: dict[str, int] = {}
    for holding in account.holdings.values():
        symbol = holding.instrument.symbol
        contracts[symbol] = contracts.get(symbol, 0) + abs(holding.contracts)
    return contracts


def reachable(account: Account, orders: Iterable[DeskOrder]) -> dict[str, int]:
    """The largest position that open orders may lead to, by symbol; of a group only its largest order counts.

    Children that wait for their entry close what it opens, and take no margin of their own.
    """
    sides: dict[tuple[int, int], int] = {}
    groups: dict[tuple[int, int, int], int] = {}
    symbols = {con_id: holding.instrument.symbol for con_id, holding in account.holdings.items()}
    for order in orders:
        product, side = order.ticket.product, order.ticket.side
        if order.ticket.account != account.name or order.state is Life.HELD or order.state.is_unsent:
            continue
        symbols.setdefault(product.con_id, product.instrument.symbol)
        key = (product.con_id, side)
        more = order.left
        if order.group:
            before = groups.get((*key, order.group), 0)
            groups[*key, order.group] = max(before, more)
            more = max(0, more - before)
        sides[key] = sides.get(key, 0) + more
    contracts: dict[str, int] = {}
    for con_id, symbol in symbols.items():
        position = account.position(con_id)
        longest, shortest = position + sides.get((con_id, 1), 0), position - sides.get((con_id, -1), 0)
        contracts[symbol] = contracts.get(symbol, 0) + max(abs(longest), abs(shortest))
    return contracts


def why_not(office: Office, order: DeskOrder) -> str | None:
    """What IB says of an order that the account cannot carry, or None where it can. `order` is not open yet."""
    account = office.accounts[order.ticket.account]
    working = list(office.registry.live())
    before, _ = margins(reachable(account, (other for other in working if other is not order)), night=office.is_night)
    state, order.state = order.state, Life.SENT
    after, _ = margins(
        reachable(account, [*(other for other in working if other is not order), order]), night=office.is_night
    )
    order.state = state
    equity = account.equity_cents(office.mark_ticks)
    if after <= before or after <= equity:
        return None
    return SHORT_OF_MARGIN.format(f"{equity / 100:.2f}", f"{after / 100:.2f}")


def what_if(office: Office, ticket: Ticket) -> OrderState:
    """What an order would do to its account if it filled."""
    account = office.accounts[ticket.account]
    before, after = held(account), held(account)
    position = account.position(ticket.product.con_id)
    symbol = ticket.product.instrument.symbol
    after[symbol] = after.get(symbol, 0) + abs(position + ticket.side * ticket.contracts) - abs(position)
    init, maint = margins(before, night=office.is_night)
    init_after, maint_after = margins(after, night=office.is_night)
    equity = account.equity_cents(office.mark_ticks)
    fee = ticket.product.instrument.commission_cents * ticket.contracts
    short = "" if init_after <= equity else SHORT_OF_MARGIN.format(f"{equity / 100:.2f}", f"{init_after / 100:.2f}")
    return OrderState(
        status="PreSubmitted",
        init_margin_before=init / 100,
        maint_margin_before=maint / 100,
        equity_before=equity / 100,
        init_margin_change=(init_after - init) / 100,
        maint_margin_change=(maint_after - maint) / 100,
        equity_change=-fee / 100,
        init_margin_after=init_after / 100,
        maint_margin_after=maint_after / 100,
        equity_after=(equity - fee) / 100,
        commission=fee / 100,
        commission_currency="USD",
        warning=short,
    )
