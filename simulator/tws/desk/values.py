"""An account in numbers, under the names that TWS gives them."""

from typing import Final

from simulator.tws.account_notices import PortfolioValue
from simulator.tws.desk.ledger import Account, Holding, margins
from simulator.tws.desk.margin import held

BUYING_POWER: Final = 4  # times the available funds
Value = tuple[str, str, str]  # key, value, currency


def money(cents: int) -> str:
    """Cents as TWS writes dollars."""
    return f"{'-' if cents < 0 else ''}{abs(cents) // 100}.{abs(cents) % 100:02d}"


def _amounts(account: Account, mark_ticks: int, *, night: bool) -> dict[str, int]:
    """Every amount of money in cents, in the order of their names."""
    equity = account.equity_cents(mark_ticks)
    initial, maintenance = margins(held(account), night=night)
    next_initial, next_maintenance = margins(held(account), night=not night)
    amounts = {
        "AccruedCash": 0,
        "AvailableFunds": equity - initial,
        "BuyingPower": max(0, equity - initial) * BUYING_POWER,
        "EquityWithLoanValue": equity,
        "ExcessLiquidity": equity - maintenance,
        "FullAvailableFunds": equity - initial,
        "FullExcessLiquidity": equity - maintenance,
        "FullInitMarginReq": initial,
        "FullMaintMarginReq": maintenance,
        "GrossPositionValue": 0,
        "InitMarginReq": initial,
        "LookAheadAvailableFunds": equity - next_initial,
        "LookAheadExcessLiquidity": equity - next_maintenance,
        "LookAheadInitMarginReq": next_initial,
        "LookAheadMaintMarginReq": next_maintenance,
        "MaintMarginReq": maintenance,
        "NetLiquidation": equity,
        "PreviousDayEquityWithLoanValue": equity - account.daily_cents(mark_ticks),
        "PreviousEquityWithLoanValue": equity - account.daily_cents(mark_ticks),
        "RegTEquity": equity,
        "RegTMargin": 0,
        "ReqTEquity": equity,
        "ReqTMargin": 0,
        "SMA": equity,
        "SettledCash": account.cash_cents,
        "TotalCashValue": account.cash_cents,
    }
    return amounts


def ledger(account: Account, mark_ticks: int) -> list[Value]:
    """What `$LEDGER` tells, for the base currency and for dollars."""
    equity = account.equity_cents(mark_ticks)
    amounts = {
        "CashBalance": account.cash_cents,
        "TotalCashBalance": account.cash_cents,
        "AccruedCash": 0,
        "StockMarketValue": 0,
        "OptionMarketValue": 0,
        "FutureOptionValue": 0,
        "FuturesPNL": equity - account.cash_cents,
        "NetLiquidationByCurrency": equity,
        "UnrealizedPnL": account.unrealized_cents(mark_ticks),
        "RealizedPnL": account.realized_cents,
    }
    values = []
    for currency in ("BASE", "USD"):
        values += [("Currency", currency, currency), ("ExchangeRate", "1.00", currency)]
        values += [(key, money(cents), currency) for key, cents in amounts.items()]
    return values


def summary(account: Account, mark_ticks: int, *, night: bool) -> list[Value]:
    """Every tag of an account summary but the ledger's."""
    equity = account.equity_cents(mark_ticks)
    _, maintenance = margins(held(account), night=night)
    cushion = (equity - maintenance) / equity if equity > 0 else 0.0
    return [
        ("AccountType", "INDIVIDUAL", ""),
        ("Cushion", f"{cushion:.6f}".rstrip("0").rstrip("."), ""),
        ("DayTradesRemaining", "-1", ""),
        ("HighestSeverity", "0", ""),
        ("Leverage", "0.00", ""),
        ("LookAheadNextChange", "0", ""),
        *((key, money(cents), "USD") for key, cents in _amounts(account, mark_ticks, night=night).items()),
    ]


def updates(account: Account, mark_ticks: int, *, night: bool) -> list[Value]:
    """Every key of account updates."""
    first = [("AccountCode", account.name, ""), ("AccountReady", "true", "")]
    return [*first, *summary(account, mark_ticks, night=night), *ledger(account, mark_ticks)]


def portfolio(account: Account, holding: Holding, mark_ticks: int) -> PortfolioValue:
    """Message 7."""
    return PortfolioValue(
        contract=holding.product.contract(),
        position=holding.contracts,
        market_price=mark_ticks * float(holding.instrument.tick),
        market_value=holding.worth_cents(mark_ticks) / 100,
        average_cost=holding.average_cost,
        unrealized_pnl=holding.unrealized_cents(mark_ticks) / 100 if holding.contracts else 0.0,
        realized_pnl=holding.realized_cents / 100,
        account=account.name,
    )
