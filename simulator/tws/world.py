"""The world that clients share: one market, one desk, and who is connected. No I/O; the market's time is handed in."""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any, Final, Protocol

from simulator.tws.codes import error
from simulator.tws.data.feed import Feed
from simulator.tws.desk.desk import Desk
from simulator.tws.market import Market
from simulator.tws.notices import NO_ID, FamilyCodes, ManagedAccounts, NewsProviders, Notice, ScannerParameters
from simulator.tws.notices import SoftDollarTiers, UserInfo
from simulator.tws.requests import (
    CancelNewsBulletins,
    CancelOrder,
    PlaceOrder,
    ReqCurrentTime,
    ReqFamilyCodes,
    ReqGlobalCancel,
    ReqManagedAccounts,
    ReqNewsBulletins,
    ReqNewsProviders,
    ReqScannerParameters,
    ReqSoftDollarTiers,
    Request,
    ReqUserInfo,
    SetServerLogLevel,
    Unsupported,
)
from simulator.tws.session import Session
from system.domain.settings import SECOND_NS

FARMS: Final = ((2104, "usfuture"), (2106, "ushmds"), (2158, "secdefil"))  # said to be well at the start


class Faults(Protocol):
    """What may stand between a session and its client."""

    def say(self, session: Session, notice: Notice, data: bytes) -> None:
        """Send what TWS says, or do otherwise."""

    def hear(self, session: Session, request: Request) -> bool:
        """Whether a request reaches TWS."""

    def refuses(self, client_id: int) -> bool:
        """Whether a client id is said to be in use."""


class World:
    """`advance` moves the market's time; sessions are made with `connect` and ask through `ask`."""

    def __init__(self, market: Market, desk: Desk) -> None:
        self.market = market
        self.desk = desk
        self.sessions: dict[int, Session] = {}
        self.feeds: dict[int, Feed] = {}
        self.faults: Faults | None = None
        self.log_wire: Callable[[Session, str, Any], None] | None = None

    @property
    def now_ns(self) -> int:
        """The market's time, nanoseconds UTC."""
        return self.market.now_ns
