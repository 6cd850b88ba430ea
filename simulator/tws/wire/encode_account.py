"""The account, its positions and its executions to bytes."""

from typing import Final

from simulator.tws import account_notices as say
from simulator.tws.terms import Contract
from simulator.tws.wire.framing import frame
from simulator.tws.wire.versions import Gate

UNSET: Final = "1.7976931348623157E308"  # a number that TWS does not know, in most places


def known(value: float | None) -> float | str:
    """A number, or what TWS writes where it has none."""
    return UNSET if value is None else value


def named(contract: Contract) -> tuple[object, ...]:
    """The 11 fields by which TWS names a contract in positions, executions and orders."""
    return (
        *(contract.con_id, contract.symbol, contract.sec_type, contract.last_trade, contract.strike, contract.right),
        *(contract.multiplier, contract.exchange, contract.currency, contract.local_symbol, contract.trading_class),
    )


def account_value(said: say.AccountValue, _version: int) -> bytes:
    return frame(6, 2, said.key, said.value, said.currency, said.account)


def portfolio_value(said: say.PortfolioValue, _version: int) -> bytes:
    """Here a contract is named with its primary exchange instead of its exchange."""
    of = said.contract
    return frame(
        *(7, 8, of.con_id, of.symbol, of.sec_type, of.last_trade, of.strike, of.right, of.multiplier),
        *(of.primary_exchange, of.currency, of.local_symbol, of.trading_class),
        *(said.position, said.market_price, said.market_value, said.average_cost),
        *(said.unrealized_pnl, said.realized_pnl, said.account),
    )


def account_time(said: say.AccountTime, _version: int) -> bytes:
    return frame(8, 1, said.time)


def account_download_end(said: say.AccountDownloadEnd, _version: int) -> bytes:
    return frame(54, 1, said.account)


def account_summary(said: say.AccountSummary, _version: int) -> bytes:
    return frame(63, 1, said.req_id, said.account, said.tag, said.value, said.currency)


def account_summary_end(said: say.AccountSummaryEnd, _version: int) -> bytes:
    return frame(64, 1, said.req_id)


def account_update_multi(said: say.AccountUpdateMulti, _version: int) -> bytes:
    return frame(73, 1, said.req_id, said.account, said.model, said.key, said.value, said.currency)


def account_update_multi_end(said: say.AccountUpdateMultiEnd, _version: int) -> bytes:
    return frame(74, 1, said.req_id)


def position(said: say.Position, _version: int) -> bytes:
    return frame(61, 3, said.account, *named(said.contract), said.position, said.average_cost)


def position_end(_said: say.PositionEnd, _version: int) -> bytes:
    return frame(62, 1)


def position_multi(said: say.PositionMulti, _version: int) -> bytes:
    held = (said.position, said.average_cost, said.model)
    return frame(71, 1, said.req_id, said.account, *named(said.contract), *held)


def position_multi_end(said: say.PositionMultiEnd, _version: int) -> bytes:
    return frame(72, 1, said.req_id)


def pnl(said: say.PnL, _version: int) -> bytes:
    return frame(94, said.req_id, said.daily, known(said.unrealized), known(said.realized))


def pnl_single(said: say.PnLSingle, _version: int) -> bytes:
    profits = (said.daily, known(said.unrealized), known(said.realized))
    return frame(95, said.req_id, said.position, *profits, said.value)


def exec_details(said: say.ExecDetails, version: int) -> bytes:
    fill = said.execution
    fields: list[object] = [
        *(11, said.req_id, fill.order_id, *named(said.contract)),
        *(fill.exec_id, fill.time, fill.account, fill.exchange, fill.side, fill.quantity, fill.price),
        *(fill.perm_id, fill.client_id, fill.liquidation, fill.cumulative, fill.average_price, fill.order_ref),
        *("", "", "", fill.last_liquidity),  # evRule, evMultiplier, modelCode
    ]
    if version >= Gate.PRICE_REVISION:
        fields.append(0)
    return frame(*fields)


def exec_details_end(said: say.ExecDetailsEnd, _version: int) -> bytes:
    return frame(55, 1, said.req_id)


def commission_report(said: say.CommissionReport, _version: int) -> bytes:
    """The last two are a bond's yield and its date."""
    return frame(59, 1, said.exec_id, said.commission, said.currency, known(said.realized_pnl), UNSET, "")
