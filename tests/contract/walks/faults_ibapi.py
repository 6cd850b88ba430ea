"""Faults as the official client sees them; the client ids are those of `faults.toml`: `python faults_ibapi.py PORT`."""

import sys
import time

from ibapi_client import App, IbapiClient
from walking import Step, Walk, check

CUT, HALF_OPEN, TRUNCATED, NO_END, SWALLOWED, REFUSED = range(21, 27)
QUIET_S = 0.6


def es_of(c: IbapiClient) -> None:
    found = c.answer("contractDetails", "contractDetailsEnd", c.app.reqContractDetails, c.future())
    c.es = min((args[1].contract for args in found), key=lambda month: month.lastTradeDateOrContractMonth)


def unanswered(c: IbapiClient) -> None:
    """TWS says nothing to a question, and the client believes that it is connected."""
    before = len(c.app.said["currentTime"])
    c.app.reqCurrentTime()
    time.sleep(QUIET_S)
    check(len(c.app.said["currentTime"]) == before, "it was answered")
    check(c.app.isConnected(), "the client has noticed")


def connected(c: IbapiClient, client_id: int) -> None:
    c.app = c.connect(client_id)
    c.account = c.app.said["managedAccounts"][-1][0]
    first = c.app.said["nextValidId"][-1][0]
    c.order_ids = iter(range(first, first + 100))


def lost(c: IbapiClient) -> list[Step]:
    def f21_connection_to_ib_lost_and_restored() -> str:
        connected(c, CUT)
        es_of(c)
        number = c.ask(c.app.reqMktData, c.es, "", False, False, [])
        c.until(lambda: c.heard("tickPrice", number), "a tick")
        c.app.reqCurrentTime()
        c.error(-1, 1100)
        check(c.app.isConnected(), "the socket is closed")
        order_id = c.place(c.order("LMT", "BUY", 1, lmtPrice=1000.0))
        time.sleep(0.3)
        check(not c.heard("orderStatus", order_id) and not c.heard("openOrder", order_id), "it was acknowledged")
        c.error(-1, 1102)
        ticks = len(c.heard("tickPrice", number))
        c.until(lambda: len(c.heard("tickPrice", number)) > ticks, "market data after 1102")
        c.app.disconnect()
        return "1100, then 1102"

    return [f21_connection_to_ib_lost_and_restored]


def silent(c: IbapiClient) -> list[Step]:
    def f05_half_open() -> str:
        connected(c, HALF_OPEN)
        unanswered(c)
        time.sleep(1.2)
        c.app.disconnect()
        return "no answer, and connected"

    def a_truncated_frame_silences_the_stream() -> str:
        connected(c, TRUNCATED)
        c.listing("currentTime", "currentTime", c.app.reqCurrentTime)
        unanswered(c)
        c.app.disconnect()
        return "no answer, and connected"

    def f03_an_end_that_never_comes() -> str:
        connected(c, NO_END)
        c.listing("position", "positionEnd", c.app.reqPositions)
        c.app.reqPositions()
        time.sleep(QUIET_S)
        check(len(c.app.said["positionEnd"]) == 1, "the positions ended")
        c.listing("currentTime", "currentTime", c.app.reqCurrentTime)
        c.app.disconnect()
        return "no end, and all else works"

    def f08_an_order_that_is_never_acknowledged() -> str:
        connected(c, SWALLOWED)
        first, second = (c.place(c.order("LMT", "BUY", 1, lmtPrice=1000.0 + step)) for step in range(2))
        c.reached(second, "Submitted")
        check(not c.heard("orderStatus", first) and not c.heard("error", first), "something was said of it")
        found = c.listing("openOrder", "openOrderEnd", c.app.reqAllOpenOrders)
        check([args[0] for args in found] == [second], str(found))
        c.app.cancelOrder(first)
        text = c.error(first, 10147)
        c.app.cancelOrder(second)
        c.reached(second, "Cancelled")
        c.app.disconnect()
        return text

    return [
        f05_half_open,
        a_truncated_frame_silences_the_stream,
        f03_an_end_that_never_comes,
        f08_an_order_that_is_never_acknowledged,
    ]


def refused(c: IbapiClient) -> list[Step]:
    def f24_client_id_in_use() -> str:
        connected(c, REFUSED)
        c.app.reqManagedAccts()
        c.until(lambda: len(c.app.said["managedAccounts"]) > 1, "the accounts")
        app = App()
        app.connect("127.0.0.1", c.port, REFUSED + 1)
        app.thread.start()
        c.until(lambda: app.said["error"], "an error")
        check(app.said["error"][0][1] == 326, str(app.said["error"]))
        c.until(lambda: not app.isConnected(), "the close of the socket")
        check(c.app.isConnected(), "the first one was put out")
        time.sleep(1.6)
        c.connect(REFUSED + 1).disconnect()
        c.app.disconnect()
        return str(app.said["error"][0][2])

    return [f24_client_id_in_use]


if __name__ == "__main__":
    client, told = IbapiClient(int(sys.argv[1])), Walk()
    told.run([*lost(client), *silent(client), *refused(client)], needed="f21_connection_to_ib_lost_and_restored")
    sys.exit(min(told.failed, 1))
