"""Faults of TWS and IB that happen at an instant."""

from typing import Final

from simulator.faults.effect import Effect
from simulator.tws.codes import spoken
from simulator.tws.terms import Contract, OrderTerms
from system.domain.instrument import TICKS_PER_POINT

FAR_TICKS: Final = 400  # a hundred points


class Code(Effect):
    """Words, and nothing else."""

    def begin(self) -> None:
        """Say them."""
        said = spoken(self.fault["id"], self.fault["code"], self.fault["text"])
        for session in self.sessions():
            self.player.tell(session, said)


class Gap(Effect):
    """The price jumps, and the tape goes on from there."""

    def begin(self) -> None:
        """Shift it; a market without a touch stays as it is."""
        self.player.world.move(self.fault["ticks"])


class UnaskedCancel(Effect):
    """IB lets orders go that nobody has cancelled."""

    def begin(self) -> None:
        """Every one of those clients that the fault is about."""
        world = self.player.world
        whose = self.session.client_id if self.session is not None else self.fault.client
        for order in world.desk.orders:
            if order.is_open and (whose is None or order.client_id == whose):
                world.deliver(world.desk.cancel_by_hand(order.perm_id, world.now_ns))


class ByHand(Effect):
    """Somebody else trades in the account."""

    def order(self, contract: Contract, action: str, contracts: int, limit: float | None = None) -> None:
        """At the market, or at a limit."""
        world = self.player.world
        terms = OrderTerms(
            action=action,
            quantity=float(contracts),
            order_type="MKT" if limit is None else "LMT",
            limit_price=limit,
            outside_rth=True,
            tif="DAY",
        )
        world.deliver(world.desk.by_hand(contract, terms, world.now_ns)[1])

    @property
    def front(self) -> Contract:
        """ES, the month in front."""
        world = self.player.world
        return Contract(con_id=world.data.listing(world.now_ns).front[0].con_id, exchange="CME")


class ManualTrade(ByHand):
    """At the market."""

    def begin(self) -> None:
        """Trade."""
        self.order(self.front, self.fault["action"], self.fault["contracts"])


class ForeignOrder(ByHand):
    """Far away, where it rests."""

    def begin(self) -> None:
        """Place it."""
        board = self.player.world.data.board
        away = board.last_ticks + (FAR_TICKS if self.fault["action"] == "SELL" else -FAR_TICKS)
        self.order(self.front, self.fault["action"], self.fault["contracts"], away / TICKS_PER_POINT)


class Liquidation(ByHand):
    """IB closes what is open."""

    def begin(self) -> None:
        """Every position."""
        for contract, contracts in self.player.world.desk.positions():
            self.order(contract, "SELL" if contracts > 0 else "BUY", abs(contracts))


BROKER_INSTANTS: Final[dict[str, type[Effect]]] = {
    "code": Code,
    "gap": Gap,
    "unasked_cancel": UnaskedCancel,
    "manual_trade": ManualTrade,
    "foreign_order": ForeignOrder,
    "liquidation": Liquidation,
}
