"""The steps of `ibapi` that trade."""

import time
from typing import Any

from ibapi.common import UNSET_DOUBLE
from ibapi.execution import ExecutionFilter
from ibapi_client import IbapiClient
from walking import Step, check

FAR = 40.0  # points from the market: out of reach for the length of the walk


def steps(c: IbapiClient) -> list[Step]:
    return [*fills(c), *resting(c), *groups(c), *refused(c), *books(c)]


def fills(c: IbapiClient) -> list[Step]:
    kept: list[int] = []

    def told(order_id: int) -> list[Any]:
        return [execution for _, _, execution in c.app.said["execDetails"] if execution.orderId == order_id]

    def market_order() -> str:
        order_id = c.place(c.order("MKT", "BUY", 2, orderRef="first"))
        kept.append(order_id)
        status = c.reached(order_id, "Filled")
        check(status[2:4] == (2, 0) and status[4] > 0 and status[5] > 0, str(status))
        return f"at {status[4]}, permId {status[5]}"

    def execution_and_commission() -> str:
        executions = c.until(lambda: told(kept[0]), "execDetails")
        check(sum(one.shares for one in executions) == 2, str(executions))
        first = executions[0]
        check((first.side, first.orderRef, first.acctNumber) == ("BOT", "first", c.account), str(first))

        def reports() -> list[Any]:
            return [report for (report,) in c.app.said["commissionReport"] if report.execId == first.execId]

        (report,) = c.until(reports, "the commission report")
        check(0 < report.commission < 20 and report.currency == "USD", str(report))
        return f"{first.execId} {report.commission}"

    def position_and_portfolio() -> str:
        c.until(lambda: c.position() == 2, "the position")
        c.until(lambda: any(args[1] == 2 for args in c.app.said["updatePortfolio"]), "the portfolio")
        return str(c.app.said["updatePortfolio"][-1][1:])

    def profit_and_loss() -> str:
        every = c.ask(c.app.reqPnL, c.account, "")
        one = c.ask(c.app.reqPnLSingle, c.account, "", c.es.conId)
        c.until(lambda: c.heard("pnl", every) and c.heard("pnlSingle", one), "PnL")
        c.until(lambda: c.heard("pnlSingle", one)[-1][1] == 2, "the PnL of the position")
        c.app.cancelPnL(every)
        c.app.cancelPnLSingle(one)
        return str(c.heard("pnl", every)[-1])

    return [market_order, execution_and_commission, position_and_portfolio, profit_and_loss]


def resting(c: IbapiClient) -> list[Step]:
    kept: list[Any] = []

    def limit_order_rests() -> str:
        order = c.order("LMT", "BUY", 1, lmtPrice=c.bid() - FAR)
        kept.append(order)
        c.reached(c.place(order), "Submitted")
        return f"order {order.orderId}"

    def modify() -> str:
        (order,) = kept
        before = c.heard("orderStatus", order.orderId)[-1]
        order.lmtPrice, order.totalQuantity = order.lmtPrice - 1, 3
        c.place(order)
        c.until(lambda: c.heard("orderStatus", order.orderId)[-1][3] == 3, "the new quantity")
        check(c.heard("orderStatus", order.orderId)[-1][5] == before[5], "another permId")
        found = c.listing("openOrder", "openOrderEnd", c.app.reqOpenOrders)
        ((_, _, told, _),) = [args for args in found if args[0] == order.orderId]
        check((told.totalQuantity, told.lmtPrice) == (3, order.lmtPrice), f"{told.totalQuantity} {told.lmtPrice}")
        return f"3 at {told.lmtPrice}"

    def cancel() -> str:
        (order,) = kept
        c.app.cancelOrder(order.orderId)
        c.reached(order.orderId, "Cancelled")
        return c.error(order.orderId, 202)

    def stop_order() -> str:
        order_id = c.place(c.order("STP", "SELL", 1, auxPrice=c.bid() - FAR))
        c.reached(order_id, "PreSubmitted")
        c.app.cancelOrder(order_id)
        c.reached(order_id, "Cancelled")
        return "PreSubmitted, then cancelled"

    return [limit_order_rests, modify, cancel, stop_order]


def groups(c: IbapiClient) -> list[Step]:
    bracket: list[int] = []

    def bracket_entry() -> str:
        bid = c.bid()
        entry = c.place(c.order("LMT", "BUY", 1, lmtPrice=bid + 10, transmit=False))
        exits = {"tif": "GTC", "parentId": entry}
        target = c.place(c.order("LMT", "SELL", 1, lmtPrice=bid + FAR, transmit=False, **exits))
        stop = c.place(c.order("STP", "SELL", 1, auxPrice=bid - FAR, transmit=True, **exits))
        bracket.extend((entry, target, stop))
        c.reached(entry, "Filled")
        c.reached(target, "Submitted")
        status = c.reached(stop, "PreSubmitted")
        check(status[6] == entry, str(status))
        return f"{bracket}"

    def bracket_exit_cancelled_cancels_the_other() -> str:
        c.app.cancelOrder(bracket[2])
        c.reached(bracket[2], "Cancelled")
        c.reached(bracket[1], "Cancelled")
        return "both gone"

    def one_cancels_all() -> str:
        group = {"ocaGroup": "group", "ocaType": 1}
        first = c.place(c.order("LMT", "SELL", 1, lmtPrice=c.bid() + FAR, **group))
        second = c.place(c.order("LMT", "SELL", 1, lmtPrice=c.bid() - 10, **group))
        c.reached(second, "Filled")
        c.reached(first, "Cancelled")
        return "one filled, the other cancelled"

    def what_if() -> str:
        order_id = c.place(c.order("MKT", "BUY", 1, whatIf=True))
        _, _, _, state = c.until(lambda: c.heard("openOrder", order_id), "the answer")[-1]
        check(float(state.initMarginChange) > 1000, str(state))
        check(0 < state.commission < 20 and state.commission != UNSET_DOUBLE, str(state))
        return f"margin {state.initMarginChange}, commission {state.commission}"

    return [bracket_entry, bracket_exit_cancelled_cancels_the_other, one_cancels_all, what_if]


def refused(c: IbapiClient) -> list[Step]:
    def reject_price_off_the_grid() -> str:
        text = c.error(c.place(c.order("LMT", "BUY", 1, lmtPrice=c.bid() - FAR + 0.1)), 110)
        check("minimum price variation" in text, text)
        return text

    def reject_margin() -> str:
        text = c.error(c.place(c.order("LMT", "BUY", 9000, lmtPrice=c.bid() - FAR)), 201)
        check(text.startswith("Order rejected - reason:"), text)
        return text

    def reject_unknown_contract() -> str:
        return c.error(c.place(c.order("MKT", "BUY", 1), c.future("NOSUCH", "209912")), 200)

    def cancel_of_an_unknown_order() -> str:
        c.app.cancelOrder(900_000)
        return c.error(900_000, 10147)

    return [reject_price_off_the_grid, reject_margin, reject_unknown_contract, cancel_of_an_unknown_order]


def books(c: IbapiClient) -> list[Step]:
    def open_orders() -> str:
        order_id = c.place(c.order("LMT", "BUY", 1, lmtPrice=c.bid() - FAR, orderRef="open"))
        c.reached(order_id, "Submitted")
        found = c.listing("openOrder", "openOrderEnd", c.app.reqOpenOrders)
        check([(args[0], args[2].orderRef) for args in found] == [(order_id, "open")], str(found))
        return "one"

    def executions() -> str:
        def ask(**terms: str) -> list[Any]:
            wanted = ExecutionFilter()
            for name, value in terms.items():
                setattr(wanted, name, value)
            return [args[2] for args in c.answer("execDetails", "execDetailsEnd", c.app.reqExecutions, wanted)]

        every, sold = ask(), ask(side="SELL")
        check(len(every) >= 3 and 0 < len(sold) < len(every), f"{len(sold)} of {len(every)}")
        check(all(one.side == "SLD" for one in sold) and ask(symbol="MES") == [], "the filter does not filter")
        return f"{len(every)}, of which {len(sold)} sales"

    def completed_orders() -> str:
        found = c.listing("completedOrder", "completedOrdersEnd", lambda: c.app.reqCompletedOrders(False))
        kinds = {state.status for _, _, state in found}
        check({"Filled", "Cancelled"} <= kinds, str(kinds))
        return f"{len(found)}: {sorted(kinds)}"

    def global_cancel() -> str:
        placed = [c.place(c.order("LMT", "BUY", 1, lmtPrice=c.bid() - FAR - step)) for step in range(3)]
        for order_id in placed:
            c.reached(order_id, "Submitted")
        c.app.reqGlobalCancel()
        for order_id in placed:
            c.reached(order_id, "Cancelled")
        time.sleep(0.05)
        check(c.listing("openOrder", "openOrderEnd", c.app.reqOpenOrders) == [], "some are left")
        return "four gone"

    return [open_orders, executions, completed_orders, global_cancel]
