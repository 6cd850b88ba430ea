"""The state of a walk with ib_insync or ib_async, whose interfaces are nearly the same."""

import logging
import re
import time
from collections.abc import Callable
from importlib import import_module
from typing import Any

from walking import WAIT_S, Complaints, check

# Errors that the walk provokes, and TWS's notes on the state of its data farms.
PROVOKED = {110, 162, 200, 201, 202, 326}  # 162: a history kept up to date is cancelled
FARMS = range(2100, 2170)
CLIENT = 7  # the id that the walk uses; another one is OTHER
OTHER = 8


class IbClient:
    """One connection and what it said, with the library as a value."""

    def __init__(self, library: str, port: int) -> None:
        self.lib = import_module(library)
        self.util = import_module(f"{library}.util")
        self.port = port
        self.errors: list[tuple[int, int, str]] = []
        self.complaints = Complaints(self.expected)
        for name in ("", library, f"{library}.wrapper", f"{library}.client", f"{library}.ib", "asyncio"):
            logging.getLogger(name).setLevel(logging.WARNING)
        logging.getLogger().addHandler(self.complaints)
        self.ib: Any = self.lib.IB()
        self.ib.errorEvent += self.heard
        self.es: Any = None  # the front month
        self.account = ""
        self.depth_over = False

    def heard(self, req_id: int, code: int, text: str, contract: Any) -> None:
        self.errors.append((req_id, code, text))

    def expected(self, record: logging.LogRecord) -> bool:
        text = record.getMessage()
        error = re.match(r"(?:Error|Warning) (\d+), reqId", text)
        if error is not None and int(error[1]) in PROVOKED | set(FARMS):
            return True
        if self.depth_over and text.startswith("Error for updateMktDepth"):
            return True  # ib_insync empties its book at the cancel and stumbles over a change that was on its way
        if record.name.endswith(".wrapper") and text.startswith("Canceled order:"):
            return True
        return any(code == 326 for _, code, _ in self.errors) and record.name.endswith((".client", ".ib"))

    def connect(self, client_id: int, timeout_s: float = WAIT_S) -> Any:
        """Another connection."""
        ib = self.lib.IB()
        ib.errorEvent += self.heard
        ib.connect("127.0.0.1", self.port, clientId=client_id, timeout=timeout_s)
        return ib

    def until(self, condition: Callable[[], Any], what: str, seconds: float = WAIT_S, ib: Any = None) -> Any:
        """Let the library work until the condition holds."""
        deadline = time.monotonic() + seconds
        while not (found := condition()):
            check(time.monotonic() < deadline, f"{seconds:g} s without {what}; last errors {self.errors[-3:]}")
            (ib or self.ib).sleep(0.02)
        return found

    def until_error(self, code: int, since: int, req_id: int | None = None) -> str:
        """The text of an error heard after the first `since` ones."""

        def found() -> list[str]:
            heard = self.errors[since:]
            return [text for about, number, text in heard if number == code and req_id in (None, about)]

        return str(self.until(found, f"error {code}")[0])

    def order(self, kind: str, action: str, quantity: int, *prices: float, **more: Any) -> Any:
        """An order that also works outside regular hours."""
        make = {"MKT": self.lib.MarketOrder, "LMT": self.lib.LimitOrder, "STP": self.lib.StopOrder}[kind]
        return make(action, quantity, *prices, outsideRth=True, account=self.account, **more)

    def mid(self) -> float:
        """A price on the grid near the market."""
        ticker = self.ib.ticker(self.es) or self.ib.reqMktData(self.es)
        self.until(lambda: ticker.bid > 0 and ticker.ask > 0, "a bid and an ask")
        return float(ticker.bid)

    def position(self, ib: Any = None) -> int:
        held = [item for item in (ib or self.ib).positions() if item.contract.conId == self.es.conId]
        return int(held[0].position) if held else 0

    def placed(self, order: Any, contract: Any = None) -> Any:
        return self.ib.placeOrder(contract or self.es, order)

    def working(self, trade: Any) -> None:
        live = ("Submitted", "PreSubmitted")
        self.until(lambda: trade.orderStatus.status in live and trade.orderStatus.permId, "the order working")

    def filled(self, trade: Any) -> None:
        self.until(lambda: trade.orderStatus.status == "Filled" and trade.fills, "the fill")

    def gone(self, trade: Any) -> None:
        self.until(lambda: trade.orderStatus.status == "Cancelled", f"the cancel of {trade.order.orderId}")
