"""What TWS says of the account and of orders, and what the clients' own decoders are to make of it; see said.py."""

from dataclasses import replace
from typing import Any

from simulator.tws import account_notices as say
from simulator.tws.terms import OrderTerms
from tests.contract.golden.asked_orders import TERMS
from tests.contract.golden.said import ES, ES_HEARD, Said

UNSET = 1.7976931348623157e308
PRIMARY = {"primaryExchange": "GLOBEX"}
NO_EXCHANGE = {key: value for key, value in ES_HEARD.items() if key != "exchange"}
ACCOUNT = [
    Said(
        say.AccountValue(key="NetLiquidation", value="100000.00", currency="USD", account="DU1"),
        [("updateAccountValue", "NetLiquidation", "100000.00", "USD", "DU1")],
    ),
    Said(
        say.PortfolioValue(
            contract=ES,
            position=-3,
            market_price=5000.25,
            market_value=-750037.5,
            average_cost=250012.34,
            unrealized_pnl=-12.5,
            realized_pnl=7.25,
            account="DU1",
        ),
        [("updatePortfolio", NO_EXCHANGE | PRIMARY, -3, 5000.25, -750037.5, 250012.34, -12.5, 7.25, "DU1")],
    ),
    Said(say.AccountTime(time="10:03"), [("updateAccountTime", "10:03")]),
    Said(say.AccountDownloadEnd(account="DU1"), [("accountDownloadEnd", "DU1")]),
    Said(
        say.AccountSummary(req_id=1, account="DU1", tag="BuyingPower", value="1.5", currency="USD"),
        [("accountSummary", 1, "DU1", "BuyingPower", "1.5", "USD")],
    ),
    Said(say.AccountSummaryEnd(req_id=1), [("accountSummaryEnd", 1)]),
    Said(
        say.AccountUpdateMulti(req_id=1, account="DU1", model="m", key="k", value="v", currency="USD"),
        [("accountUpdateMulti", 1, "DU1", "m", "k", "v", "USD")],
    ),
    Said(say.AccountUpdateMultiEnd(req_id=1), [("accountUpdateMultiEnd", 1)]),
    Said(
        say.Position(account="DU1", contract=ES, position=-3, average_cost=250012.34),
        [("position", "DU1", ES_HEARD, -3, 250012.34)],
    ),
    Said(say.PositionEnd(), [("positionEnd",)]),
    Said(
        say.PositionMulti(req_id=1, account="DU1", model="m", contract=ES, position=-3, average_cost=250012.34),
        [("positionMulti", 1, "DU1", "m", ES_HEARD, -3, 250012.34)],
    ),
    Said(say.PositionMultiEnd(req_id=1), [("positionMultiEnd", 1)]),
    Said(say.PnL(req_id=1, daily=1.5, unrealized=2.5, realized=3.5), [("pnl", 1, 1.5, 2.5, 3.5)]),
    Said(say.PnL(req_id=1, daily=1.5, unrealized=None, realized=None), [("pnl", 1, 1.5, UNSET, UNSET)]),
    Said(
        say.PnLSingle(req_id=1, position=-3, daily=1.5, unrealized=2.5, realized=None, value=4.5),
        [("pnlSingle", 1, -3, 1.5, 2.5, UNSET, 4.5)],
    ),
]
FILL = say.Execution(
    order_id=5,
    client_id=7,
    perm_id=1_234_567_890,
    exec_id="0000e0d5.65f8.01.01",
    time="20240318 10:00:00 US/Eastern",
    account="DU1",
    exchange="CME",
    side="BOT",
    quantity=2,
    price=5000.25,
    cumulative=3,
    average_price=5000.125,
    order_ref="ref",
    liquidation=1,
    last_liquidity=2,
)
FILL_HEARD = {
    "orderId": 5,
    "clientId": 7,
    "permId": 1_234_567_890,
    "execId": "0000e0d5.65f8.01.01",
    "time": {"20240318 10:00:00 US/Eastern", "2024-03-18T14:00:00+00:00"},
    "acctNumber": "DU1",
    "exchange": "CME",
    "side": "BOT",
    "shares": 2,
    "price": 5000.25,
    "cumQty": 3,
    "avgPrice": 5000.125,
    "orderRef": "ref",
    "liquidation": 1,
    "lastLiquidity": 2,
    "modelCode": "",
}
EXECUTIONS = [
    Said(say.ExecDetails(req_id=-1, contract=ES, execution=FILL), [("execDetails", -1, ES_HEARD, FILL_HEARD)]),
    Said(say.ExecDetailsEnd(req_id=1), [("execDetailsEnd", 1)]),
    Said(
        say.CommissionReport(exec_id="0000e0d5.65f8.01.01", commission=2.25, currency="USD", realized_pnl=12.5),
        [
            (
                "commissionReport",
                {"execId": "0000e0d5.65f8.01.01", "commission": 2.25, "currency": "USD", "realizedPNL": 12.5},
            )
        ],
    ),
    Said(
        say.CommissionReport(exec_id="1", commission=2.25, currency="USD", realized_pnl=None),
        [("commissionReport", {"execId": "1", "realizedPNL": UNSET, "yield_": UNSET, "yieldRedemptionDate": 0})],
    ),
    Said(
        say.OrderStatus(
            order_id=5,
            status="Submitted",
            filled=1,
            remaining=2,
            average_price=5000.25,
            perm_id=1_234_567_890,
            parent_id=4,
            last_price=5000.5,
            client_id=7,
            why_held="locate",
        ),
        [("orderStatus", 5, "Submitted", 1, 2, 5000.25, 1_234_567_890, 4, 5000.5, 7, "locate", 0)],
    ),
    Said(say.OpenOrderEnd(), [("openOrderEnd",)]),
    Said(say.CompletedOrdersEnd(), [("completedOrdersEnd",)]),
]
# Terms that an open order does not tell, and those that a completed one does not tell either.
UNTOLD = {"transmit"}
UNTOLD_COMPLETED = UNTOLD | {"e_trade_only", "firm_quote_only", "parent_id", "what_if"}
STATE = say.OrderState(
    status="PreSubmitted",
    init_margin_before=1.5,
    maint_margin_before=2.5,
    equity_before=3.5,
    init_margin_change=4.5,
    maint_margin_change=5.5,
    equity_change=6.5,
    init_margin_after=7.5,
    maint_margin_after=8.5,
    equity_after=9.5,
    commission=10.5,
    commission_currency="USD",
    warning="careful",
    completed_time="20240318 10:00:00 US/Eastern",
    completed_status="Filled Size: 3",
)
STATE_HEARD: dict[str, Any] = {
    "status": "PreSubmitted",
    "initMarginBefore": "1.5",
    "maintMarginBefore": "2.5",
    "equityWithLoanBefore": "3.5",
    "initMarginChange": "4.5",
    "maintMarginChange": "5.5",
    "equityWithLoanChange": "6.5",
    "initMarginAfter": "7.5",
    "maintMarginAfter": "8.5",
    "equityWithLoanAfter": "9.5",
    "commission": 10.5,
    "commissionCurrency": "USD",
    "warningText": "careful",
}
COMPLETED_HEARD = {
    "status": "PreSubmitted",
    "completedTime": "20240318 10:00:00 US/Eastern",
    "completedStatus": "Filled Size: 3",
}
# What a plain order says of all that we do not keep, as TWS tells it.
UNSAID = {
    "displaySize": 2_147_483_647,
    "deltaNeutralOrderType": "None",
    "clearingIntent": "IB",
    "conditions": [],
    "volatilityType": 0,
    "exemptCode": -1,
}
PLAIN = OrderTerms(action="BUY", quantity=1, order_type="MKT")
PLAIN_HEARD = UNSAID | {
    "action": "BUY",
    "totalQuantity": 1,
    "orderType": "MKT",
    "lmtPrice": 0.0,
    "auxPrice": 0.0,
    "ocaType": 3,
    "trailStopPrice": UNSET,
    "lmtPriceOffset": UNSET,
    "minQty": 2_147_483_647,
    "percentOffset": UNSET,
    "cashQty": 0.0,
    "usePriceMgmtAlgo": 0,
}
NO_MARGINS = {name: "1.7976931348623157E308" for name in STATE_HEARD if "Margin" in name or "equity" in name} | {
    "commission": UNSET,
    "minCommission": UNSET,
    "maxCommission": UNSET,
}


def opened(terms: OrderTerms, heard: dict[str, Any], state: say.OrderState, state_heard: dict[str, Any]) -> Said:
    notice = say.OpenOrder(order_id=5, contract=ES, terms=terms, client_id=7, perm_id=1_234_567_890, state=state)
    ids = {"orderId": 5, "clientId": 7, "permId": 1_234_567_890}
    return Said(notice, [("openOrder", 5, ES_HEARD, heard | ids, state_heard)])


def completed(terms: OrderTerms, heard: dict[str, Any]) -> Said:
    notice = say.CompletedOrder(contract=ES, terms=terms, perm_id=1_234_567_890, filled=2, state=STATE)
    ids = {"permId": 1_234_567_890, "filledQuantity": 2}
    return Said(notice, [("completedOrder", ES_HEARD, heard | ids, COMPLETED_HEARD)])


def told(untold: set[str]) -> list[tuple[OrderTerms, dict[str, Any]]]:
    """All terms at once, and each alone on top of a plain order."""
    rows = {ours: row for ours, row in TERMS.items() if ours not in untold}
    everything = {ours: value for ours, (_, value) in rows.items()}
    alone = [(replace(PLAIN, **{ours: value}), {theirs: value}) for ours, (theirs, value) in rows.items()]
    return [(OrderTerms(**everything), dict(rows.values())), *alone]


def with_algo(terms: OrderTerms) -> tuple[OrderTerms, dict[str, Any]]:
    return replace(terms, algo_strategy="Adaptive"), {"algoStrategy": "Adaptive", "cashQty": 0.0}


def pegged(terms: OrderTerms) -> tuple[OrderTerms, dict[str, Any]]:
    return replace(terms, order_type="PEG BENCH"), {"orderType": "PEG BENCH", "cashQty": 0.0}


SHAPES = [with_algo(PLAIN), pegged(PLAIN)]
ORDERS = [
    opened(
        PLAIN, PLAIN_HEARD | {"parentId": 0}, say.OrderState(status="Submitted"), {"status": "Submitted"} | NO_MARGINS
    ),
    *(opened(terms, heard, STATE, STATE_HEARD) for terms, heard in told(UNTOLD)),
    *(opened(terms, heard, STATE, STATE_HEARD) for terms, heard in SHAPES),
    completed(PLAIN, {name: value for name, value in PLAIN_HEARD.items() if name != "usePriceMgmtAlgo"}),
    *(completed(terms, heard) for terms, heard in told(UNTOLD_COMPLETED)),
    *(completed(terms, heard) for terms, heard in SHAPES),
]
SAID_ORDERS = [*ACCOUNT, *EXECUTIONS, *ORDERS]
