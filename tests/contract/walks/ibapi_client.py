"""The state of a walk with the official `ibapi`: one object per connection, which keeps all that was said to it."""

import inspect
import itertools
import logging
import threading
import time
from collections import defaultdict, deque
from collections.abc import Callable
from typing import Any

from ibapi.client import EClient
from ibapi.contract import Contract
from ibapi.decoder import Decoder
from ibapi.order import Order
from ibapi.wrapper import EWrapper
from walking import WAIT_S, Complaints, check

CLIENT = 7  # the id that the walk uses; another one is OTHER
OTHER = 8
RATE_MAX = 40  # messages a second
COMPLAINTS = Complaints(lambda record: record.levelno < logging.WARNING and record.getMessage() != "BadMessage")
COMPLAINTS.addFilter(lambda record: "Disconnected; resetting" not in record.getMessage())


class App(EWrapper, EClient):
    """Keeps the arguments of every call by its name; the calls are made in a thread of the library's."""

    def __init__(self) -> None:
        EWrapper.__init__(self)
        EClient.__init__(self, self)
        self.said: defaultdict[str, list[tuple[Any, ...]]] = defaultdict(list)
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.sent_s: deque[float] = deque(maxlen=RATE_MAX)

    def sendMsg(self, msg: str) -> None:  # noqa: N802 - the library's name
        """TWS takes 50 messages a second, and this client leaves it to its user to keep to that."""
        if len(self.sent_s) == RATE_MAX:
            time.sleep(max(0.0, self.sent_s[0] + 1.0 - time.monotonic()))
        self.sent_s.append(time.monotonic())
        super().sendMsg(msg)


def keeps(name: str) -> Callable[..., None]:
    def keep(self: App, *args: Any) -> None:
        self.said[name].append(args)

    return keep


for _name, _ in inspect.getmembers(EWrapper, inspect.isfunction):
    if not _name.startswith("_") and _name != "logAnswer":
        setattr(App, _name, keeps(_name))


def listen_for_complaints() -> None:
    """Log handlers, threads that die, and fields that a message has too many."""
    logging.getLogger().addHandler(COMPLAINTS)
    logging.getLogger("ibapi.client").setLevel(logging.INFO)
    threading.excepthook = lambda args: COMPLAINTS.lines.append(f"thread died: {args.exc_value!r}")
    for number, info in Decoder.msgId2handleInfo.items():
        if info.processMeth is not None:
            info.processMeth = counted(number, info.processMeth)


def counted(number: int, method: Callable[..., None]) -> Callable[..., None]:
    def process(decoder: Any, fields: Any) -> None:
        method(decoder, fields)
        left = list(fields)
        if left:
            COMPLAINTS.lines.append(f"message {number}: {len(left)} fields too many: {left[:5]}")

    return process


class IbapiClient:
    """A connection and helpers to ask and wait."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.app = App()
        self.numbers = itertools.count(5000)
        self.order_ids = itertools.count(0)
        self.es = Contract()
        self.account = ""

    def connect(self, client_id: int) -> App:
        """Connected and ready to take requests. A closed connection's id may be taken for a second still."""
        for _ in range(5):
            app = App()
            app.connect("127.0.0.1", self.port, client_id)
            app.thread.start()
            self.until(lambda app=app: app.said["nextValidId"] or app.said["error"], "nextValidId or an error")
            if app.said["nextValidId"] and app.said["managedAccounts"]:
                return app
            if 326 not in {code for _, code, _ in app.said["error"]}:
                self.until(lambda app=app: app.said["nextValidId"] and app.said["managedAccounts"], "nextValidId")
                return app
            app.disconnect()
            time.sleep(0.5)
        raise AssertionError(f"client id {client_id} stays taken")

    def until(self, condition: Callable[[], Any], what: str, seconds: float = WAIT_S) -> Any:
        deadline = time.monotonic() + seconds
        while not (found := condition()):
            check(time.monotonic() < deadline, f"{seconds:g} s without {what}; errors {self.app.said['error'][-3:]}")
            time.sleep(0.01)
        return found

    def heard(self, name: str, about: int, app: App | None = None) -> list[tuple[Any, ...]]:
        """The calls of `name` whose first argument is `about`."""
        return [args for args in list((app or self.app).said[name]) if args and args[0] == about]

    def ask(self, call: Callable[..., None], *args: Any) -> int:
        number = next(self.numbers)
        call(number, *args)
        return number

    def answer(self, item: str, end: str, call: Callable[..., None], *args: Any) -> list[tuple[Any, ...]]:
        """Ask, wait for the end, return the items."""
        number = self.ask(call, *args)
        self.until(lambda: self.heard(end, number) or self.heard("error", number), end)
        check(self.heard(end, number), f"error {self.heard('error', number)}")
        return self.heard(item, number)

    def listing(self, item: str, end: str, call: Callable[[], None], app: App | None = None) -> list[tuple[Any, ...]]:
        """The same for requests without a number."""
        app = app or self.app
        since, ends = len(app.said[item]), len(app.said[end])
        call()
        self.until(lambda: len(app.said[end]) > ends, end)
        return app.said[item][since:]

    def error(self, about: int, code: int) -> str:
        def found() -> list[str]:
            return [text for _, number, text in self.heard("error", about) if number == code]

        return str(self.until(found, f"error {code}")[0])

    def future(self, symbol: str = "ES", month: str = "", kind: str = "FUT") -> Contract:
        contract = Contract()
        contract.symbol, contract.secType, contract.exchange = symbol, kind, "CME"
        contract.currency, contract.lastTradeDateOrContractMonth = "USD", month
        return contract

    def order(self, kind: str, action: str, quantity: int, **more: Any) -> Order:
        order = Order()
        order.orderType, order.action, order.totalQuantity = kind, action, quantity
        order.eTradeOnly = order.firmQuoteOnly = False
        order.outsideRth, order.account = True, self.account
        for name, value in more.items():
            check(hasattr(order, name), name)
            setattr(order, name, value)
        return order

    def place(self, order: Order, contract: Contract | None = None) -> int:
        order.orderId = order.orderId or next(self.order_ids)
        self.app.placeOrder(order.orderId, contract or self.es, order)
        return int(order.orderId)

    def status(self, order_id: int) -> str:
        told = self.heard("orderStatus", order_id)
        return str(told[-1][1]) if told else ""

    def reached(self, order_id: int, *statuses: str) -> tuple[Any, ...]:
        self.until(lambda: self.status(order_id) in statuses, f"{statuses} of order {order_id}")
        return self.heard("orderStatus", order_id)[-1]

    def bid(self) -> float:
        return float(next(args[2] for args in reversed(self.app.said["tickPrice"]) if args[1] == 1 and args[2] > 0))

    def position(self, app: App | None = None) -> int:
        told = [args[2] for args in (app or self.app).said["position"] if args[1].conId == self.es.conId]
        return int(told[-1]) if told else 0
