"""What ib_insync or ib_async see of a plan of faults: `python ib_faults.py LIBRARY PORT`, one JSON object of findings."""

import json
import logging
import os
import sys
import time
from importlib import import_module
from itertools import pairwise
from typing import Any

library, port = sys.argv[1], int(sys.argv[2])
lib = import_module(library)
logging.disable(logging.CRITICAL)
seen: dict[str, Any] = {}


def connect(client_id: int) -> tuple[Any, list[int]]:
    ib = lib.IB()
    codes: list[int] = []
    ib.errorEvent += lambda req_id, code, text, contract: codes.append(code)
    ib.connect("127.0.0.1", port, clientId=client_id, timeout=3)
    return ib, codes


def until(ib: Any, condition: Any, seconds: float = 5.0) -> bool:
    end = time.monotonic() + seconds
    while not condition() and time.monotonic() < end:
        ib.sleep(0.02)
    return bool(condition())


def answers(ib: Any, seconds: float = 0.7) -> bool:
    """Whether a question about the time is answered."""
    try:
        ib.RequestTimeout = seconds
        ib.reqCurrentTime()
    except TimeoutError:
        return False
    finally:
        ib.RequestTimeout = 0
    return True


# A link to IB that is lost and found: two codes, a silence between them, and the client thinks itself connected.
ib, codes = connect(40)
es = min(
    ib.reqContractDetails(lib.Future("ES", exchange="CME")), key=lambda one: one.contract.lastTradeDateOrContractMonth
).contract
ticks: list[float] = []
ticker = ib.reqTickByTickData(es, "BidAsk")
ticker.updateEvent += lambda ticker: ticks.append(time.monotonic())
until(ib, lambda: ticks)
ib.client.reqMarketRule(67)
until(ib, lambda: 1102 in codes)
begun = len(ticks)
until(ib, lambda: len(ticks) > begun)
gap = max(later - earlier for earlier, later in pairwise(ticks))
seen["1100"] = {
    "codes": [code for code in codes if code in (1100, 1101, 1102)],
    "silence": gap > 0.8,
    "connected": ib.isConnected(),
    "ticks_again": len(ticks) > begun,
}
ib.disconnect()

# An order that never arrives: the client shows it as sent for ever.
ib, codes = connect(41)
lost = ib.placeOrder(es, lib.LimitOrder("BUY", 1, 1000, outsideRth=True))
found = ib.placeOrder(es, lib.LimitOrder("BUY", 1, 1000, outsideRth=True))
until(ib, lambda: found.orderStatus.status == "Submitted")
ib.reqOpenOrders()
seen["swallow"] = {"lost": lost.orderStatus.status, "found": found.orderStatus.status}
ib.cancelOrder(found.order)
until(ib, lambda: found.isDone())
ib.disconnect()

# An end marker that does not come: the question is never answered.
ib, codes = connect(42)
try:
    ib.RequestTimeout = 0.7
    ib.reqPositions()
    seen["drop"] = "answered"
except TimeoutError:
    ib.RequestTimeout = 0
    seen["drop"] = {"positions": "timeout", "connected": ib.isConnected(), "time": answers(ib)}
ib.disconnect()

# A frame that lost its last bytes: all that follows is misframed, and the client thinks itself connected.
ib, codes = connect(43)
first = answers(ib)
answers(ib)  # its first bytes fill up the frame that was cut
seen["truncate"] = {"first": first, "later": answers(ib), "connected": ib.isConnected()}
ib.disconnect()

# A socket that is open at this end alone: nothing comes, and the client thinks itself connected.
ib, codes = connect(44)
before = answers(ib)
ib.client.reqMarketRule(67)
seen["half_open"] = {"before": before, "after": answers(ib), "connected": ib.isConnected()}
ib.disconnect()

# A client id that is said to be in use: 326, the socket closed, and for the caller a timeout.
ib = lib.IB()
codes = []
ib.errorEvent += lambda req_id, code, text, contract: codes.append(code)
try:
    ib.connect("127.0.0.1", port, clientId=45, timeout=1)
    seen["326"] = "connected"
except (TimeoutError, ConnectionError) as error:
    seen["326"] = {"codes": [code for code in codes if code == 326], "raised": type(error).__name__}
sys.stdout.write(json.dumps(seen) + "\n")
sys.stdout.flush()
os._exit(0)  # threads and sockets that hang are what was looked for
