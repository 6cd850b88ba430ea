"""The steps of ib_insync and ib_async that trade."""

import math
from typing import Any

from ib_client import IbClient
from walking import Step, check

FAR = 40.0  # points from the market: out of reach for the length of the walk


def steps(c: IbClient) -> list[Step]:
    return [*fills(c), *resting(c), *groups(c), *refused(c), *books(c)]


def fills(c: IbClient) -> list[Step]:
    kept: list[Any] = []

    def market_order() -> str:
        trade = c.placed(c.order("MKT", "BUY", 2, orderRef="first"))
        c.filled(trade)
        status = trade.orderStatus
        check((status.filled, status.remaining) == (2, 0) and status.avgFillPrice > 0, str(status))
        kept.append(trade)
        return f"at {status.avgFillPrice}, permId {status.permId}"

    def execution_and_commission() -> str:
        trade = kept[0]
        c.until(lambda: all(fill.commissionReport.execId for fill in trade.fills), "the commission reports")
        execution = trade.fills[0].execution
        check(execution.side == "BOT" and execution.orderRef == "first", str(execution))
        check(execution.permId == trade.orderStatus.permId and execution.acctNumber == c.account, str(execution))
        check(sum(fill.execution.shares for fill in trade.fills) == 2, str(trade.fills))
        report = trade.fills[0].commissionReport
        check(0 < report.commission < 20 and report.currency == "USD", str(report))
        return f"{execution.execId} {report.commission}"

    def position_and_portfolio() -> str:
        c.until(lambda: c.position() == 2, "the position")
        c.until(lambda: [item.position for item in c.ib.portfolio()] == [2], "the portfolio")
        (item,) = c.ib.portfolio()
        price = kept[0].orderStatus.avgFillPrice
        check(abs(item.averageCost - price * 50) < 10, f"average cost {item.averageCost}, filled at {price}")
        check(item.marketPrice > 0, str(item))
        return f"{item.position:g} at {item.averageCost}"

    def profit_and_loss() -> str:
        pnl = c.ib.reqPnL(c.account)
        one = c.ib.reqPnLSingle(c.account, "", c.es.conId)
        c.until(lambda: not math.isnan(pnl.dailyPnL) and not math.isnan(pnl.unrealizedPnL), "PnL")
        c.until(lambda: one.position == 2 and not math.isnan(one.value), "the PnL of the position")
        c.ib.cancelPnL(c.account)
        c.ib.cancelPnLSingle(c.account, "", c.es.conId)
        return f"daily {pnl.dailyPnL:.2f}, unrealized {pnl.unrealizedPnL:.2f}"

    return [market_order, execution_and_commission, position_and_portfolio, profit_and_loss]


def resting(c: IbClient) -> list[Step]:
    kept: list[Any] = []

    def limit_order_rests() -> str:
        trade = c.placed(c.order("LMT", "BUY", 1, c.mid() - FAR))
        c.until(lambda: trade.orderStatus.status == "Submitted", "Submitted")
        kept.append(trade)
        return f"order {trade.order.orderId}"

    def modify() -> str:
        trade = kept[0]
        before = trade.orderStatus.permId
        trade.order.lmtPrice, trade.order.totalQuantity = trade.order.lmtPrice - 1, 3
        c.placed(trade.order)
        c.until(lambda: trade.orderStatus.remaining == 3, "the new quantity")
        check(trade.orderStatus.permId == before, "another permId")
        (order,) = [t.order for t in c.ib.reqOpenOrders() if t.order.permId == before]
        check((order.totalQuantity, order.lmtPrice) == (3, trade.order.lmtPrice), str(order))
        return f"3 at {order.lmtPrice}"

    def cancel() -> str:
        since, trade = len(c.errors), kept[0]
        c.ib.cancelOrder(trade.order)
        c.gone(trade)
        return c.until_error(202, since, trade.order.orderId)

    def stop_order() -> str:
        trade = c.placed(c.order("STP", "SELL", 1, c.mid() - FAR))
        c.working(trade)
        check(trade.orderStatus.status == "PreSubmitted", trade.orderStatus.status)
        c.ib.cancelOrder(trade.order)
        c.gone(trade)
        return "PreSubmitted, then cancelled"

    return [limit_order_rests, modify, cancel, stop_order]


def groups(c: IbClient) -> list[Step]:
    bracket: list[Any] = []

    def bracket_entry() -> str:
        mid = c.mid()
        orders = c.ib.bracketOrder(
            *("BUY", 1, mid + 10, mid + FAR, mid - FAR), outsideRth=True, account=c.account, tif="GTC"
        )
        bracket.extend(c.placed(order) for order in orders)
        c.filled(bracket[0])
        for trade in bracket[1:]:
            c.working(trade)
            check(trade.order.parentId == bracket[0].order.orderId, str(trade.order))
        target, stop = (trade.orderStatus for trade in bracket[1:])
        c.until(lambda: (target.status, stop.status) == ("Submitted", "PreSubmitted"), "both exits live")
        check(target.parentId == bracket[0].order.orderId, str(target))
        return f"entry at {bracket[0].orderStatus.avgFillPrice}"

    def bracket_exit_cancelled_cancels_the_other() -> str:
        _, target, stop = bracket
        c.ib.cancelOrder(target.order)
        c.gone(target)
        c.gone(stop)
        return "both gone"

    def one_cancels_all() -> str:
        mid = c.mid()
        resting = c.order("LMT", "SELL", 1, mid + FAR)
        taking = c.order("LMT", "SELL", 1, mid - 10)
        first, second = (c.placed(order) for order in c.ib.oneCancelsAll([resting, taking], "group", 1))
        c.filled(second)
        c.gone(first)
        return f"filled at {second.orderStatus.avgFillPrice}, the other cancelled"

    def what_if() -> str:
        state = c.ib.whatIfOrder(c.es, c.order("MKT", "BUY", 1))
        check(float(state.initMarginChange) > 1000, str(state))
        check(0 < float(state.commission) < 20, str(state))
        return f"margin {state.initMarginChange}, commission {state.commission}"

    return [bracket_entry, bracket_exit_cancelled_cancels_the_other, one_cancels_all, what_if]


def refused(c: IbClient) -> list[Step]:
    def refusal(code: int, order: Any, contract: Any = None) -> str:
        since = len(c.errors)
        trade = c.placed(order, contract)
        return c.until_error(code, since, trade.order.orderId)

    def reject_price_off_the_grid() -> str:
        text = refusal(110, c.order("LMT", "BUY", 1, c.mid() - FAR + 0.1))
        check("minimum price variation" in text, text)
        return text

    def reject_margin() -> str:
        text = refusal(201, c.order("LMT", "BUY", 9000, c.mid() - FAR))
        check(text.startswith("Order rejected - reason:"), text)
        return text

    def reject_unknown_contract() -> str:
        return refusal(200, c.order("MKT", "BUY", 1), c.lib.Future("NOSUCH", "209912", "CME"))

    return [reject_price_off_the_grid, reject_margin, reject_unknown_contract]


def books(c: IbClient) -> list[Step]:
    def open_orders() -> str:
        trade = c.placed(c.order("LMT", "BUY", 1, c.mid() - FAR, orderRef="open"))
        c.working(trade)
        found = c.ib.reqOpenOrders()
        check([t.order.orderRef for t in found] == ["open"], str(found))
        check(found[0].order.permId == trade.orderStatus.permId and found[0].orderStatus.remaining == 1, str(found))
        return "one"

    def executions() -> str:
        every = c.ib.reqExecutions()
        check(len(every) >= 3, str(every))
        sold = c.ib.reqExecutions(c.lib.ExecutionFilter(side="SELL"))
        check(sold and all(fill.execution.side == "SLD" for fill in sold), str(sold))
        check(len(sold) < len(every), f"{len(sold)} of {len(every)}")
        check(c.ib.reqExecutions(c.lib.ExecutionFilter(symbol="MES")) == [], "executions in MES")
        return f"{len(every)}, of which {len(sold)} sales"

    def completed_orders() -> str:
        found = c.ib.reqCompletedOrders(apiOnly=False)
        kinds = {trade.orderStatus.status for trade in found}
        check({"Filled", "Cancelled"} <= kinds, str(kinds))
        return f"{len(found)}: {sorted(kinds)}"

    def global_cancel() -> str:
        trades = [c.placed(c.order("LMT", "BUY", 1, c.mid() - FAR - step)) for step in range(3)]
        for trade in trades:
            c.working(trade)
        c.ib.reqGlobalCancel()
        for trade in trades:
            c.gone(trade)
        check(c.ib.reqOpenOrders() == [], str(c.ib.reqOpenOrders()))
        return "four gone"

    return [open_orders, executions, completed_orders, global_cancel]
