"""Faults as ib_insync and ib_async see them; the client ids are those of `faults.toml`."""

from typing import Any

from ib_client import IbClient
from walking import Step, Walk, check

CUT, HALF_OPEN, TRUNCATED, NO_END, SWALLOWED, REFUSED = range(21, 27)
QUIET_S = 0.6


def walk(library: str, port: int) -> int:
    """1 where a step failed."""
    client, told = IbClient(library, port), Walk()
    told.run([*lost(client), *silent(client), *refused(client)], needed="f21_connection_to_ib_lost_and_restored")
    return min(told.failed, 1)


def es_of(ib: Any, c: IbClient) -> Any:
    months = ib.reqContractDetails(c.lib.Future("ES", exchange="CME"))
    return min(months, key=lambda month: month.contract.lastTradeDateOrContractMonth).contract


def unanswered(c: IbClient, ib: Any) -> None:
    """TWS says nothing to a question, and the client believes that it is connected."""
    ib.RequestTimeout = QUIET_S
    try:
        ib.reqCurrentTime()
    except TimeoutError:
        check(ib.isConnected(), "the client has noticed")
    else:
        raise AssertionError("it was answered")
    finally:
        ib.RequestTimeout = 0


def lost(c: IbClient) -> list[Step]:
    def f21_connection_to_ib_lost_and_restored() -> str:
        ib, since = c.connect(CUT), len(c.errors)
        es = es_of(ib, c)
        ticker = ib.reqMktData(es)
        c.until(lambda: ticker.bid > 0, "a bid", ib=ib)
        ib.reqCurrentTime()
        c.until_error(1100, since)
        check(ib.isConnected(), "the socket is closed")
        trade = ib.placeOrder(es, c.order("LMT", "BUY", 1, ticker.bid - 40))
        ticks = len(ticker.ticks)
        ib.sleep(0.3)
        check(trade.orderStatus.status == "PendingSubmit" and not trade.orderStatus.permId, str(trade.orderStatus))
        c.until_error(1102, since)
        seen: list[Any] = []
        ticker.updateEvent += seen.append
        c.until(lambda: seen, "market data after 1102", ib=ib)
        ib.disconnect()
        return f"1100, then 1102; {ticks} ticks before"

    return [f21_connection_to_ib_lost_and_restored]


def silent(c: IbClient) -> list[Step]:
    def f05_half_open() -> str:
        ib = c.connect(HALF_OPEN)
        unanswered(c, ib)
        ib.sleep(1.2)
        ib.disconnect()
        return "no answer, and connected"

    def a_truncated_frame_silences_the_stream() -> str:
        ib = c.connect(TRUNCATED)
        ib.reqCurrentTime()
        unanswered(c, ib)
        ib.disconnect()
        return "no answer, and connected"

    def f03_an_end_that_never_comes() -> str:
        ib = c.connect(NO_END)
        ib.RequestTimeout = QUIET_S
        try:
            ib.reqPositions()
        except TimeoutError:
            ib.RequestTimeout = 0
        else:
            raise AssertionError("the positions ended")
        return f"no end, and all else works: {ib.reqCurrentTime()}"

    def f08_an_order_that_is_never_acknowledged() -> str:
        ib, since = c.connect(SWALLOWED), len(c.errors)
        es = es_of(ib, c)
        first, second = (ib.placeOrder(es, c.order("LMT", "BUY", 1, 1000.0 + step)) for step in range(2))
        c.until(lambda: second.orderStatus.status == "Submitted", "the second order working", ib=ib)
        check(first.orderStatus.status == "PendingSubmit", first.orderStatus.status)
        told = [trade.order.lmtPrice for trade in ib.reqAllOpenOrders()]
        check(told == [1001.0], f"open orders at {told}")
        ib.cancelOrder(first.order)
        text = c.until_error(10147, since, first.order.orderId)
        ib.cancelOrder(second.order)
        c.gone(second)
        ib.disconnect()
        return text

    return [
        f05_half_open,
        a_truncated_frame_silences_the_stream,
        f03_an_end_that_never_comes,
        f08_an_order_that_is_never_acknowledged,
    ]


def refused(c: IbClient) -> list[Step]:
    def f24_client_id_in_use() -> str:
        ib, since = c.connect(REFUSED), len(c.errors)
        ib.client.reqManagedAccts()
        ib.sleep(0.1)
        try:
            c.connect(REFUSED + 1, timeout_s=1.0)
        except (TimeoutError, ConnectionError, OSError):
            text = c.until_error(326, since)
        else:
            raise AssertionError("it was let in")
        check(ib.isConnected(), "the first one was put out")
        ib.sleep(0.8)
        c.connect(REFUSED + 1).disconnect()
        ib.disconnect()
        return text

    return [f24_client_id_in_use]
