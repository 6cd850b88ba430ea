"""The steps of ib_insync and ib_async with more than one connection, and the last look at what was logged."""

from typing import Any

from ib_client import CLIENT, OTHER, IbClient
from ib_orders import FAR
from walking import Step, check


def steps(c: IbClient) -> list[Step]:
    return [*others(c), *again(c)]


def others(c: IbClient) -> list[Step]:
    second: list[Any] = []

    def duplicate_client_id() -> str:
        since = len(c.errors)
        try:
            c.connect(CLIENT, timeout_s=1.5).disconnect()
        except (TimeoutError, ConnectionError, OSError):
            return c.until_error(326, since)
        raise AssertionError("the second one was let in")

    def second_client_sees_its_own_orders_only() -> str:
        mine = c.placed(c.order("LMT", "BUY", 1, c.mid() - FAR, orderRef="mine"))
        c.working(mine)
        ib = c.connect(OTHER)
        second.append(ib)
        other = ib.placeOrder(c.es, c.order("LMT", "BUY", 1, c.mid() - FAR - 2, orderRef="theirs"))
        c.until(lambda: other.orderStatus.status == "Submitted", "Submitted")
        check([t.order.orderRef for t in ib.reqOpenOrders()] == ["theirs"], str(ib.reqOpenOrders()))
        check([t.order.orderRef for t in c.ib.reqOpenOrders()] == ["mine"], str(c.ib.reqOpenOrders()))
        return "each sees one"

    def all_open_orders() -> str:
        found = second[0].reqAllOpenOrders()
        told = sorted((t.order.orderRef, t.order.clientId) for t in found)
        check(told == [("mine", CLIENT), ("theirs", OTHER)], str(told))
        return str(told)

    def positions_are_the_accounts() -> str:
        ib = second[0]
        c.until(lambda: c.position(ib) == c.position() != 0, "the same position")
        held = c.position()
        ib.disconnect()
        return str(held)

    return [duplicate_client_id, second_client_sees_its_own_orders_only, all_open_orders, positions_are_the_accounts]


def again(c: IbClient) -> list[Step]:
    before: list[Any] = []

    def reconnect_finds_open_orders() -> str:
        before.extend((fill.execution.execId, fill.commissionReport.commission) for fill in c.ib.fills())
        # One that TWS refused by error 110 stays PendingSubmit in ib_insync's book.
        (order,) = [one for one in c.ib.openOrders() if one.orderRef == "mine"]
        c.ib.disconnect()
        c.ib.sleep(0.3)
        c.ib = c.connect(CLIENT)
        # ib_insync counts a completed order that was refused, which TWS calls Inactive, among the open ones.
        found = [t for t in c.ib.openTrades() if t.orderStatus.status != "Inactive"]
        check(len(found) == 1, f"{len(found)}: {[(t.order.orderRef, t.orderStatus.status) for t in found]}")
        (trade,) = found
        check((trade.order.permId, trade.order.orderRef) == (order.permId, "mine"), str(trade))
        check(c.ib.client.getReqId() > order.orderId, "ids begin anew")
        c.ib.cancelOrder(trade.order)
        c.gone(trade)
        return f"order {order.orderId} found and cancelled"

    def reconnect_finds_executions() -> str:
        found = {(fill.execution.execId, fill.commissionReport.commission) for fill in c.ib.fills()}
        check(found == set(before), f"{found ^ set(before)}")
        return f"{len(found)} with the same commissions"

    def flat_at_the_end() -> str:
        held = c.position()
        trade = c.placed(c.order("MKT", "SELL", held))
        c.filled(trade)
        c.until(lambda: c.position() == 0, "a flat position")
        c.until(lambda: all(fill.commissionReport.execId for fill in trade.fills), "the commission reports")
        check(any(fill.commissionReport.realizedPNL for fill in trade.fills), "no realized PnL")
        return f"sold {held}"

    def disconnect() -> str:
        c.ib.reqGlobalCancel()  # the other client's order
        c.ib.sleep(0.2)
        c.ib.disconnect()
        return "gone"

    def nothing_was_logged() -> str:
        check(not c.complaints.lines, f"{len(c.complaints.lines)} lines: {c.complaints.lines[:5]}")
        odd = [error for error in c.errors if error[1] in (100, 320, 321, 322, 505)]
        check(not odd, str(odd[:5]))
        return f"{len(c.errors)} errors, all expected"

    return [reconnect_finds_open_orders, reconnect_finds_executions, flat_at_the_end, disconnect, nothing_was_logged]
