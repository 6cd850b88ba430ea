"""What the official `ibapi` sees of a plan of faults: `python ibapi_faults.py PORT`, one JSON object of findings."""

import json
import logging
import os
import sys
import threading
import time
from collections import defaultdict
from typing import Any

from ibapi.client import EClient
from ibapi.contract import Contract
from ibapi.order import Order
from ibapi.wrapper import EWrapper

port = int(sys.argv[1])
logging.disable(logging.CRITICAL)
threading.excepthook = lambda args: None  # its reader may die of a misframed stream; that is what is looked for
seen: dict[str, Any] = {}


class App(EWrapper, EClient):
    """Keeps what was said by the name of the call."""

    def __init__(self, client_id: int) -> None:
        EWrapper.__init__(self)
        EClient.__init__(self, self)
        self.said: defaultdict[str, list[tuple[Any, ...]]] = defaultdict(list)
        self.at: list[float] = []
        self.connect("127.0.0.1", port, client_id)
        threading.Thread(target=self.run, daemon=True).start()

    def __getattribute__(self, name: str) -> Any:
        if name in (
            "error",
            "nextValidId",
            "contractDetails",
            "contractDetailsEnd",
            "currentTime",
            "positionEnd",
            "orderStatus",
            "openOrder",
            "tickByTickBidAsk",
        ):

            def keep(*args: Any) -> None:
                self.said[name].append(args)
                if name == "tickByTickBidAsk":
                    self.at.append(time.monotonic())

            return keep
        return object.__getattribute__(self, name)

    def codes(self, *wanted: int) -> list[int]:
        return [args[1] for args in self.said["error"] if args[1] in wanted]

    def answers(self, seconds: float = 0.7) -> bool:
        count = len(self.said["currentTime"])
        self.reqCurrentTime()
        return until(lambda: len(self.said["currentTime"]) > count, seconds)


def until(condition: Any, seconds: float = 5.0) -> bool:
    end = time.monotonic() + seconds
    while not condition() and time.monotonic() < end:
        time.sleep(0.01)
    return bool(condition())


def started(client_id: int) -> App:
    app = App(client_id)
    until(lambda: app.said["nextValidId"])
    return app


app = started(40)
future = Contract()
future.symbol, future.secType, future.exchange, future.currency = "ES", "FUT", "CME", "USD"
app.reqContractDetails(1, future)
until(lambda: app.said["contractDetailsEnd"])
es = min((args[1].contract for args in app.said["contractDetails"]), key=lambda one: one.lastTradeDateOrContractMonth)
app.reqTickByTickData(2, es, "BidAsk", 0, False)
until(lambda: app.at)
app.reqMarketRule(67)
until(lambda: app.codes(1102))
count = len(app.at)
until(lambda: len(app.at) > count)
gap = max(later - earlier for earlier, later in zip(app.at, app.at[1:]))  # noqa: B905 - one is shorter
seen["1100"] = {
    "codes": app.codes(1100, 1101, 1102),
    "silence": gap > 0.8,
    "connected": app.isConnected(),
    "ticks_again": len(app.at) > count,
}
app.disconnect()


def limit() -> Order:
    order = Order()
    order.action, order.orderType, order.totalQuantity, order.lmtPrice = "BUY", "LMT", 1, 1000.0
    order.outsideRth, order.eTradeOnly, order.firmQuoteOnly = True, False, False
    return order


app = started(41)
first = app.said["nextValidId"][0][0]
app.placeOrder(first, es, limit())
app.placeOrder(first + 1, es, limit())
until(lambda: any(args[0] == first + 1 and args[1] == "Submitted" for args in app.said["orderStatus"]))
status = {args[0]: args[1] for args in app.said["orderStatus"]}
seen["swallow"] = {"lost": status.get(first, "nothing"), "found": status.get(first + 1, "nothing")}
app.cancelOrder(first + 1)
until(lambda: app.codes(202))
app.disconnect()

app = started(42)
app.reqPositions()
until(lambda: app.said["positionEnd"])
app.reqPositions()
came = until(lambda: len(app.said["positionEnd"]) > 1, 0.7)
seen["drop"] = {"positions": "answered" if came else "timeout", "connected": app.isConnected(), "time": app.answers()}
app.disconnect()

app = started(43)
first_answer = app.answers()
app.answers()  # its first bytes fill up the frame that was cut
seen["truncate"] = {"first": first_answer, "later": app.answers(), "connected": app.isConnected()}

app = started(44)
before = app.answers()
app.reqMarketRule(67)
seen["half_open"] = {"before": before, "after": app.answers(), "connected": app.isConnected()}

app = App(45)
until(lambda: app.codes(326))
ended = until(lambda: not app.isConnected(), 4.0)
seen["326"] = {"codes": app.codes(326), "raised": "hung up" if ended else "nothing"}
sys.stdout.write(json.dumps(seen) + "\n")
sys.stdout.flush()
os._exit(0)  # threads and sockets that hang are what was looked for
