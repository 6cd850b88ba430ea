"""Every rule of the mock TWS that someone could doubt: documented, observed in a client, or guessed."""

from typing import Final

from simulator.tws.data.rules import RULES as DATA
from simulator.tws.desk.rules import RULES as DESK
from simulator.tws.rule import Rule
from simulator.tws.wire.rules import RULES as WIRE

CONNECTION: Final = (
    Rule(
        id="link.handshake",
        kind="guessed",
        text="A greeting that is not whole within 5 s ends the connection",
        source="clients give up after 2 to 5 s; TWS's own limit is not told",
    ),
    Rule(
        id="link.start",
        kind="observed",
        text="startApi is answered by managedAccounts, nextValidId, then 2104, 2106 and 2158",
        source="ib_insync 0.9.86 waits for the first two in either order",
    ),
    Rule(
        id="link.in_use",
        kind="observed",
        text="A client id in use: 326, then the connection is closed",
        source="github.com/nautechsystems/nautilus_trader issue 4412",
    ),
    Rule(
        id="link.rate",
        kind="documented",
        text="More than 50 messages in a second: 100 for each one too many, and after three such seconds the end",
        source="TWS API: message codes, 100; pacing of requests",
    ),
    Rule(
        id="link.unread",
        kind="guessed",
        text="A client that reads nothing for 10 s while bytes wait, or leaves 16 MiB unread, is cut off",
        source="TWS buffers; how much is not told",
    ),
    Rule(
        id="link.clients",
        kind="guessed",
        text="256 connections are taken; TWS takes 32 clients",
        source="TWS API: initial setup; a mock has more users at once",
    ),
    Rule(
        id="link.unreadable",
        kind="guessed",
        text="A message that cannot be read: 320 or 321, and after a hundred of them the end",
        source="TWS API: message codes, 320 and 321",
    ),
    Rule(
        id="link.order",
        kind="guessed",
        text="What one instant brings comes in one piece: fills before the tick that made them",
        source="TWS promises no order between data and orders",
    ),
    Rule(
        id="link.other",
        kind="guessed",
        text="Requests that a futures trader does not need (scanners, news, fundamentals, options): 321",
        source="TWS would answer; this one says that it does not",
    ),
)
RULES: Final = (*CONNECTION, *WIRE, *DATA, *DESK)
