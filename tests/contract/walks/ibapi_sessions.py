"""The steps of `ibapi` with more than one connection, and the last look at what was logged."""

import time
from typing import Any

from ibapi.execution import ExecutionFilter
from ibapi_client import CLIENT, COMPLAINTS, OTHER, App, IbapiClient
from ibapi_orders import FAR
from walking import Step, check


def steps(c: IbapiClient) -> list[Step]:
    return [*others(c), *again(c)]


def others(c: IbapiClient) -> list[Step]:
    second: list[App] = []

    def duplicate_client_id() -> str:
        app = App()
        app.connect("127.0.0.1", c.port, CLIENT)
        app.thread.start()
        c.until(lambda: app.said["error"], "an error")
        ((_, code, text),) = app.said["error"][:1]
        check(code == 326 and not app.said["nextValidId"], f"{code} {text}")
        c.until(lambda: not app.isConnected(), "the close of the socket")
        app.disconnect()
        return str(text)

    def second_client_sees_its_own_orders_only() -> str:
        c.reached(c.place(c.order("LMT", "BUY", 1, lmtPrice=c.bid() - FAR, orderRef="mine")), "Submitted")
        app = c.connect(OTHER)
        second.append(app)
        theirs = c.order("LMT", "BUY", 1, lmtPrice=c.bid() - FAR - 2, orderRef="theirs")
        app.placeOrder(app.said["nextValidId"][-1][0], c.es, theirs)
        c.until(lambda: any(args[1] == "Submitted" for args in app.said["orderStatus"]), "Submitted")
        found = c.listing("openOrder", "openOrderEnd", app.reqOpenOrders, app)
        check([args[2].orderRef for args in found] == ["theirs"], str(found))
        found = c.listing("openOrder", "openOrderEnd", c.app.reqOpenOrders)
        check([args[2].orderRef for args in found] == ["mine"], str(found))
        return "each sees one"

    def all_open_orders() -> str:
        (app,) = second
        found = c.listing("openOrder", "openOrderEnd", app.reqAllOpenOrders, app)
        told = sorted((args[2].orderRef, args[2].clientId) for args in found)
        check(told == [("mine", CLIENT), ("theirs", OTHER)], str(told))
        return str(told)

    def positions_are_the_accounts() -> str:
        (app,) = second
        c.listing("position", "positionEnd", app.reqPositions, app)
        check(c.position(app) == c.position() != 0, f"{c.position(app)} and {c.position()}")
        app.reqGlobalCancel()
        c.until(lambda: any(args[1] == "Cancelled" for args in app.said["orderStatus"]), "the cancel of theirs")
        app.disconnect()
        return str(c.position())

    return [duplicate_client_id, second_client_sees_its_own_orders_only, all_open_orders, positions_are_the_accounts]


def again(c: IbapiClient) -> list[Step]:
    before: set[str] = set()

    def executions() -> set[str]:
        found = c.answer("execDetails", "execDetailsEnd", c.app.reqExecutions, ExecutionFilter())
        return {execution.execId for _, _, execution in found}

    def place_before_the_disconnect() -> str:
        c.reached(c.place(c.order("LMT", "BUY", 1, lmtPrice=c.bid() - FAR, orderRef="kept")), "Submitted")
        before.update(executions())
        return f"{len(before)} executions"

    def reconnect_finds_open_orders() -> str:
        last = max(args[0] for args in c.app.said["orderStatus"])
        c.app.disconnect()
        c.app = c.connect(CLIENT)
        check(c.app.said["nextValidId"][-1][0] > last, f"ids begin anew: {c.app.said['nextValidId']} after {last}")
        found = c.listing("openOrder", "openOrderEnd", c.app.reqOpenOrders)
        check([args[2].orderRef for args in found] == ["kept"], str(found))
        c.app.cancelOrder(found[0][0])
        c.reached(found[0][0], "Cancelled")
        return f"order {found[0][0]} found and cancelled"

    def reconnect_finds_executions() -> str:
        found = executions()
        check(found == before, f"{found ^ before}")
        return f"{len(found)}"

    def flat_at_the_end() -> str:
        c.listing("position", "positionEnd", c.app.reqPositions)
        held = c.position()
        (c.order_ids) = iter(range(c.app.said["nextValidId"][-1][0], 1_000_000))
        c.reached(c.place(c.order("MKT", "SELL", held)), "Filled")
        c.until(lambda: c.position() == 0, "a flat position")
        return f"sold {held}"

    def disconnect() -> str:
        c.app.disconnect()
        time.sleep(0.1)
        return "gone"

    def nothing_was_logged() -> str:
        check(not COMPLAINTS.lines, f"{len(COMPLAINTS.lines)} lines: {COMPLAINTS.lines[:5]}")
        odd: list[Any] = [args for args in c.app.said["error"] if args[1] in (100, 320, 321, 322, 505, 506, 508)]
        check(not odd, str(odd[:5]))
        return "nothing"

    return [
        place_before_the_disconnect,
        reconnect_finds_open_orders,
        reconnect_finds_executions,
        flat_at_the_end,
        disconnect,
        nothing_was_logged,
    ]
