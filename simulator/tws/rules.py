"""Every rule of the mock TWS that someone could doubt: documented, observed in a client, or guessed."""

from typing import Final

from simulator.tws.data.rules import RULES as DATA
from simulator.tws.desk.rules import RULES as DESK
from simulator.tws.rule import rules_of
from simulator.tws.wire.rules import RULES as WIRE

_rule: Final = rules_of("link")
CONNECTION: Final = (
    _rule(
        "handshake",
        "guessed",
        "A greeting that is not whole within 5 s ends the connection",
        "clients give up after 2 to 5 s; TWS's own limit is not told",
    ),
    _rule(
        "start",
        "observed",
        "startApi is answered by managedAccounts, nextValidId, then 2104, 2106 and 2158",
        "ib_insync 0.9.86 waits for the first two in either order",
    ),
    _rule(
        "in_use",
        "observed",
        "A client id in use: 326, then the connection is closed",
        "github.com/nautechsystems/nautilus_trader issue 4412",
    ),
    _rule(
        "rate",
        "documented",
        "More than 50 messages in a second: 100 for each one too many, and after three such seconds the end",
        "TWS API: message codes, 100; pacing of requests",
    ),
    _rule(
        "paced",
        "documented",
        "Unless it connects with the option +PACEAPI: then it is never refused; here it is not slowed down either",
        "TWS API: EClient.SetConnectOptions",
    ),
    _rule(
        "unread",
        "guessed",
        "A client that reads nothing for 10 s while bytes wait, or leaves 16 MiB unread, is cut off",
        "TWS buffers; how much is not told",
    ),
    _rule(
        "clients",
        "guessed",
        "256 connections are taken; TWS takes 32 clients",
        "TWS API: initial setup; a mock has more users at once",
    ),
    _rule(
        "unreadable",
        "guessed",
        "A message that cannot be read: 320 or 321, and after a hundred of them the end",
        "TWS API: message codes, 320 and 321",
    ),
    _rule(
        "order",
        "guessed",
        "What one instant brings comes in one piece: fills before the tick that made them",
        "TWS promises no order between data and orders",
    ),
    _rule(
        "other",
        "guessed",
        "Requests that a futures trader does not need (scanners, news, fundamentals, options): 321",
        "TWS would answer; this one says that it does not",
    ),
)
RULES: Final = (*CONNECTION, *WIRE, *DATA, *DESK)
