"""Faults of TWS and IB that last."""

import math
import sys
from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from simulator.faults.effect import Effect
from simulator.tws import market_notices as market
from simulator.tws import notices as tws
from simulator.tws import requests as ask
from simulator.tws.codes import warning
from simulator.tws.notices import Notice
from simulator.tws.requests import Request
from simulator.tws.session import Session

FARM: Final = "usfuture"
HISTORY_FARM: Final = "ushmds"
CONTRACT_FARM: Final = "secdefil"
ALL_FARMS: Final = f"All data farms are connected: {FARM}; {HISTORY_FARM}; {CONTRACT_FARM}."
# What TWS can say without IB.
OWN: Final = (tws.NextValidId, tws.ManagedAccounts, tws.CurrentTime, tws.Error, tws.UserInfo)
LIVE: Final = (
    *(market.TickPrice, market.TickSize, market.TickGeneric, market.TickString, market.TickByTickTrade),
    *(market.TickByTickQuote, market.TickByTickMid, market.RealTimeBar, market.Depth, market.HistoricalDataUpdate),
)
HISTORY: Final = (
    *(market.HistoricalData, market.HistoricalTicksMid, market.HistoricalTicksQuote, market.HistoricalTicksTrade),
    *(market.HeadTimestamp, market.Histogram, market.HistoricalDataUpdate),
)
CONTRACTS: Final = (tws.ContractDetails, tws.ContractDetailsEnd, tws.SymbolSamples)
BID, ASK = 1, 2  # types of ticks
NO_PRICE: Final = {"minus": -1.0, "zero": 0.0, "huge": sys.float_info.max, "nan": math.nan}
ORDERS: Final = (ask.PlaceOrder, ask.CancelOrder, ask.ReqGlobalCancel)


class Silence(Effect):
    """Some notices are not told while it lasts; a code at its beginning and one at its end."""

    silent: tuple[type, ...] = ()
    begins: tuple[int, str] | None = None
    ends: tuple[int, str] | None = None

    def begin(self) -> None:
        """Say what is lost."""
        self._announce(self.begins)

    def end(self) -> None:
        """Say that it is back."""
        self._announce(self.ends)
        if market.Depth in self.silent:
            self._renew_depth()

    def _renew_depth(self) -> None:
        """Changes of the book were lost: without a new one a client's would stay wrong."""
        for session in self.sessions():
            self.player.world.renew_depth(session)

    def _announce(self, code: tuple[int, str] | None) -> None:
        if code is not None:
            details = code[1:] if code[1] else ()
            for session in self.sessions():
                self.player.tell(session, warning(code[0], *details))

    def says(self, session: Session, notice: Notice) -> Iterable[Notice]:
        """Not what is silent."""
        return () if isinstance(notice, self.silent) else (notice,)


class Lost(Silence):
    """TWS is cut off from IB: the exchange goes on, and nobody is told."""

    begins = (1100, "")

    def says(self, session: Session, notice: Notice) -> Iterable[Notice]:
        """Only what TWS knows by itself."""
        return (notice,) if isinstance(notice, OWN) else ()

    def hears(self, session: Session, request: Request) -> bool:
        """Orders do not arrive."""
        return not isinstance(request, ORDERS)

    def end(self) -> None:
        """1101, with all subscriptions gone, or 1102."""
        if self.fault.arguments.get("data") == "lost":
            for session in self.sessions():
                self.player.world.forget_data(session)
            self._announce((1101, ""))
        else:
            self._announce((1102, ALL_FARMS))
            self._renew_depth()


class Broken(Lost):
    """The same, in other words."""

    begins = (2110, "")


class NoData(Silence):
    """The market data farm."""

    silent, begins, ends = LIVE, (2103, FARM), (2104, FARM)

    def end(self) -> None:
        """2104, and live data comes again, or never."""
        if self.fault["data"] == "lost":
            for session in self.sessions():
                self.player.world.forget_data(session)
        super().end()


class NoHistory(Silence):
    """The farm of history."""

    silent, begins, ends = HISTORY, (2105, HISTORY_FARM), (2106, HISTORY_FARM)


class NoContracts(Silence):
    """The farm of contracts."""

    silent, begins, ends = CONTRACTS, (2157, CONTRACT_FARM), (2158, CONTRACT_FARM)


class Stall(Silence):
    """Live data stops, and nothing is said."""

    silent = LIVE


class Restart(Effect):
    """TWS is not there."""

    def begin(self) -> None:
        """Close everything, and forget what a restart forgets."""
        world = self.player.world
        world.listens = False
        for session in self.sessions():
            session.close(f"fault: {self.fault.kind}")
        world.desk.restart(ids_lost=self.fault["ids_lost"])

    def end(self) -> None:
        """Take connections again, unless another restart lasts."""
        self.player.world.listens = not self.others()


class Sentinel(Effect):
    """Prices that say that there is none."""

    def says(self, session: Session, notice: Notice) -> Iterable[Notice]:
        """No price, or no size."""
        what, price = self.fault["what"], NO_PRICE.get(self.fault["value"])
        is_quote = isinstance(notice, market.TickByTickQuote) or (
            isinstance(notice, market.TickPrice) and notice.tick_type in (BID, ASK)
        )
        if what not in ("all", "quotes" if is_quote else "trades"):
            return (notice,)
        if isinstance(notice, market.TickPrice):
            return (replace(notice, price=notice.price if price is None else price, size=0),)
        if isinstance(notice, market.TickByTickQuote):
            bid, ask = (notice.bid, notice.ask) if price is None else (price, price)
            return (replace(notice, bid=bid, ask=ask, bid_size=0, ask_size=0),)
        if isinstance(notice, market.TickByTickTrade):
            return (replace(notice, price=notice.price if price is None else price, size=0),)
        return (notice,)


class Crossed(Effect):
    """A book whose bid is above its ask."""

    def says(self, session: Session, notice: Notice) -> Iterable[Notice]:
        """The sides change places."""
        if isinstance(notice, market.TickByTickQuote):
            return (replace(notice, bid=notice.ask, ask=notice.bid),)
        if isinstance(notice, market.TickPrice) and notice.tick_type in (BID, ASK):
            return (replace(notice, tick_type=3 - notice.tick_type),)
        return (notice,)


class Entitlement(Effect):
    """What the login may see from now on."""

    def begin(self) -> None:
        """A competing session takes what runs, too."""
        world = self.player.world
        world.data.limits.entitlement = self.fault["data"]
        if self.fault["data"] == "competing":
            for session in self.sessions():
                world.interrupt_data(session)

    def end(self) -> None:
        """Live data again, or what another such fault leaves."""
        others = self.others()
        self.player.world.data.limits.entitlement = others[-1].fault["data"] if others else "live"


class LimitLock(Effect):
    """One side of the book is empty."""

    def begin(self) -> None:
        """Lock."""
        self.player.world.lock(up=self.fault["side"] == "up")

    def end(self) -> None:
        """The other side is back."""
        self.player.world.unlock()


class Halt(Effect):
    """Nobody quotes and nobody trades."""

    def begin(self) -> None:
        """Halt."""
        self.player.world.halt()

    def end(self) -> None:
        """Open again."""
        self.player.world.resume()


BROKER_SPANS: Final[dict[str, type[Effect]]] = {
    "1100": Lost,
    "2110": Broken,
    "2103": NoData,
    "2105": NoHistory,
    "2157": NoContracts,
    "restart": Restart,
    "stall": Stall,
    "sentinel": Sentinel,
    "crossed_book": Crossed,
    "entitlement": Entitlement,
    "halt": Halt,
    "limit_lock": LimitLock,
}
