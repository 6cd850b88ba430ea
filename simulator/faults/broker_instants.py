"""Faults of TWS and IB that happen at an instant."""

from typing import Final

from simulator.faults.effect import Effect
from simulator.faults.which import is_it
from simulator.tws.codes import spoken
from simulator.tws.desk.order import DeskOrder
from simulator.tws.requests import PlaceOrder
from simulator.tws.session import Session
from simulator.tws.terms import Contract, OrderTerms
from system.domain.instrument import TICKS_PER_POINT

FAR_TICKS: Final = 400  # a hundred points


class Gap(Effect):
    """The price jumps, and the tape goes on from there."""

    def begin(self) -> None:
        """Shift it; a market without a touch stays as it is."""
        self.player.world.move(self.fault["ticks"])


class OfClient(Effect):
    """Is about what one client has done, or all have."""

    @property
    def whose(self) -> int | None:
        """That client; None: all of them."""
        return self.session.client_id if self.session is not None else self.fault.client

    def orders(self, setting: str = "which") -> list[DeskOrder]:
        """The open orders that it is about."""
        return [
            order
            for order in self.player.world.desk.orders
            if order.is_open and self.whose in (None, order.client_id) and is_it(order, self.fault[setting])
        ]


class Code(OfClient):
    """Words, and nothing else."""

    def begin(self) -> None:
        """Say them."""
        for session in self.sessions():
            for req_id in self._ids(session):
                self.player.tell(session, spoken(req_id, self.fault["code"], self.fault["text"]))

    def _ids(self, session: Session) -> list[int]:
        if self.fault["about"] == "id":
            return [self.fault["id"]]
        return [order.order_id for order in self.orders("about") if order.client_id == session.client_id]


class UnaskedCancel(OfClient):
    """IB lets orders go that nobody has cancelled."""

    def begin(self) -> None:
        """Every one of them."""
        world = self.player.world
        for order in self.orders():
            if order.is_open:  # siblings go along
                world.deliver(world.desk.cancel_by_hand(order.perm_id, world.now_ns))


class LateReject(OfClient):
    """IB takes orders back that it had taken."""

    def begin(self) -> None:
        """Once what it begins with has been told."""
        self.player.later(self.fault["by"], self._reject)

    def _reject(self) -> None:
        world = self.player.world
        for order in self.orders():
            world.deliver(world.desk.reject(order.perm_id, self.fault["reason"], world.now_ns))


class Bust(OfClient):
    """The exchange takes the latest fill back."""

    def begin(self) -> None:
        """Once what it begins with has been told."""
        self.player.later(self.fault["by"], self._bust)

    def _bust(self) -> None:
        world = self.player.world
        exec_id = world.desk.last_fill(self.whose)
        if exec_id is not None:
            world.deliver(world.desk.bust(exec_id, world.now_ns))


class IdsBack(Effect):
    """TWS counts order ids from a lower one."""

    def begin(self) -> None:
        """Who asks or connects next is told so."""
        self.player.world.desk.roll_ids_back(self.fault["ids"])


class ByHand(Effect):
    """Somebody else trades in the account."""

    forced = False

    def order(
        self, contract: Contract, action: str, contracts: int, limit: float | None = None, owner: int = 0
    ) -> None:
        """At the market, or at a limit; an owner's id is the next that it may use."""
        world = self.player.world
        terms = OrderTerms(
            action=action,
            quantity=float(contracts),
            order_type="MKT" if limit is None else "LMT",
            limit_price=limit,
            outside_rth=True,
            tif="DAY",
        )
        if owner:
            request = PlaceOrder(order_id=world.desk.next_id(owner), contract=contract, terms=terms)
            world.deliver(world.desk.place(owner, request, world.now_ns))
        else:
            world.deliver(world.desk.by_hand(contract, terms, world.now_ns, forced=self.forced)[1])

    @property
    def front(self) -> Contract:
        """ES, the month in front."""
        world = self.player.world
        return Contract(con_id=world.data.listing(world.now_ns).front[0].con_id, exchange="CME")


class ManualTrade(ByHand):
    """At the market."""

    def begin(self) -> None:
        """Trade."""
        self.order(self.front, self.fault["action"], self.fault["contracts"], owner=self.fault["owner"])


class ForeignOrder(ByHand):
    """Far away, where it rests."""

    def begin(self) -> None:
        """Place it."""
        board = self.player.world.data.board
        away = board.last_ticks + (FAR_TICKS if self.fault["action"] == "SELL" else -FAR_TICKS)
        limit, owner = away / TICKS_PER_POINT, self.fault["owner"]
        self.order(self.front, self.fault["action"], self.fault["contracts"], limit, owner)


class Liquidation(ByHand):
    """IB closes what is open."""

    forced = True

    def begin(self) -> None:
        """Every position."""
        for contract, contracts in self.player.world.desk.positions():
            self.order(contract, "SELL" if contracts > 0 else "BUY", abs(contracts))


BROKER_INSTANTS: Final[dict[str, type[Effect]]] = {
    "code": Code,
    "gap": Gap,
    "unasked_cancel": UnaskedCancel,
    "late_reject": LateReject,
    "bust": Bust,
    "ids_back": IdsBack,
    "manual_trade": ManualTrade,
    "foreign_order": ForeignOrder,
    "liquidation": Liquidation,
}
