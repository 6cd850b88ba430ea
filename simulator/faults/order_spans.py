"""Faults of what TWS tells of orders, fills and positions while they last."""

import sys
from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from simulator.faults.effect import Effect
from simulator.faults.plan import Fault
from simulator.tws import account_notices as account
from simulator.tws.notices import NO_ID, Notice
from simulator.tws.session import Session
from system.domain.instrument import TICKS_PER_POINT

if TYPE_CHECKING:
    from simulator.faults.player import Player


AMOUNTS: Final = {"minus": -1.0, "huge": sys.float_info.max}


class NoAcknowledgements(Effect):
    """Orders live, and nobody is told how."""

    def says(self, session: Session, notice: Notice) -> Iterable[Notice]:
        """Neither their terms nor their status."""
        return () if isinstance(notice, account.OpenOrder | account.OrderStatus) else (notice,)


class FillFirst(Effect):
    """Nothing is told of an order before its first fill."""

    def __init__(self, player: "Player", fault: Fault, session: Session | None, until_s: float) -> None:
        super().__init__(player, fault, session, until_s)
        self._held: dict[tuple[Session, int], list[Notice]] = {}
        self._told: set[tuple[Session, int]] = set()

    def says(self, session: Session, notice: Notice) -> Iterable[Notice]:
        """Hold what is said of an order; its fill lets that go, behind it."""
        if isinstance(notice, account.ExecDetails):
            key = session, notice.execution.perm_id
            self._told.add(key)
            return (notice, *self._held.pop(key, []))
        if not isinstance(notice, account.OpenOrder | account.OrderStatus):
            return (notice,)
        key = session, notice.perm_id
        if key in self._told:
            return (notice,)
        if key not in self._held:
            self._held[key] = []
            self.player.later(self.fault["within"], lambda: self._let_go(key))
        self._held[key].append(notice)
        return ()

    def _let_go(self, key: tuple[Session, int]) -> None:
        self._told.add(key)
        for notice in self._held.pop(key, []):
            self.player.tell_late(key[0], notice, self)


class Commission(Effect):
    """Commission reports that are absent, late, early, or have no amount."""

    def __init__(self, player: "Player", fault: Fault, session: Session | None, until_s: float) -> None:
        super().__init__(player, fault, session, until_s)
        self._early: dict[Session, str] = {}  # told, and still to come

    def says(self, session: Session, notice: Notice) -> Iterable[Notice]:
        """The report, or what is told in its place."""
        how = self.fault["how"]
        if how == "early":
            return self._ahead(session, notice)
        if not isinstance(notice, account.CommissionReport):
            return (notice,)
        if how in AMOUNTS:
            return (replace(notice, commission=AMOUNTS[how]),)
        if how == "late":
            self.player.later(self.fault["by"], lambda: self.player.tell_late(session, notice, self))
        return ()

    def _ahead(self, session: Session, notice: Notice) -> Iterable[Notice]:
        """A fill's report goes before it."""
        if isinstance(notice, account.ExecDetails):
            report = self.player.world.desk.commission(notice.execution.exec_id)
            if report is not None:
                self._early[session] = report.exec_id
                return (report, notice)
        if isinstance(notice, account.CommissionReport) and notice.exec_id == self._early.get(session):
            del self._early[session]
            return ()
        return (notice,)


# With the end of a list by account and model, which is no news of a position without them.
LAGGING: Final = (account.Position, account.PortfolioValue, account.PositionMulti, account.PositionMultiEnd)


class PositionLag(Effect):
    """Positions are told late."""

    def says(self, session: Session, notice: Notice) -> Iterable[Notice]:
        """Later."""
        if not isinstance(notice, LAGGING):
            return (notice,)
        self.player.later(self.fault["by"], lambda: self.player.tell_late(session, notice, self))
        return ()


class Correction(Effect):
    """Each fill is corrected."""

    def says(self, session: Session, notice: Notice) -> Iterable[Notice]:
        """The fill; its correction comes after it."""
        if isinstance(notice, account.ExecDetails) and notice.req_id == NO_ID:
            execution = notice.execution
            if execution.exec_id.endswith(".01"):
                price = round(execution.price * TICKS_PER_POINT) + self.fault["ticks"]
                self.player.later(self.fault["by"], lambda: self._correct(execution.exec_id, price))
        return (notice,)

    def _correct(self, exec_id: str, price_ticks: int) -> None:
        world = self.player.world
        world.deliver(world.desk.correct(exec_id, price_ticks, world.now_ns))


class RestCanceled(Effect):
    """What is left of an order that fills in part does not stay."""

    def says(self, session: Session, notice: Notice) -> Iterable[Notice]:
        """A fill, behind which the rest of its order is cancelled."""
        if isinstance(notice, account.ExecDetails):
            perm_id = notice.execution.perm_id
            self.player.later(0.0, lambda: self._cancel(perm_id))
        return (notice,)

    def _cancel(self, perm_id: int) -> None:
        world = self.player.world
        if any(order.perm_id == perm_id and order.filled and order.left for order in world.desk.orders):
            world.deliver(world.desk.cancel_by_hand(perm_id, world.now_ns))


ORDER_SPANS: Final[dict[str, type[Effect]]] = {
    "ack_lost": NoAcknowledgements,
    "fill_first": FillFirst,
    "commission": Commission,
    "position_lag": PositionLag,
    "correction": Correction,
    "rest_canceled": RestCanceled,
}
