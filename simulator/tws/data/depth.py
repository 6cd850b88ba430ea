"""One client's market depth: the tape's touch, and behind it levels of a fixed profile, told as changes of rows."""

from dataclasses import dataclass, field
from typing import Final

from simulator.tws.data.asking import resolve
from simulator.tws.data.bars import TICK
from simulator.tws.data.board import Board
from simulator.tws.data.contracts import EXCHANGE
from simulator.tws.data.errors import invalid, refusal
from simulator.tws.data.played import Sample
from simulator.tws.data.source import DataDesk
from simulator.tws.market_notices import Depth
from simulator.tws.notices import Error, Notice
from simulator.tws.requests import ReqMktDepth

INSERT, UPDATE, DELETE = 0, 1, 2
ASK, BID = 0, 1
THINNEST: Final = 20  # contracts of a level behind the touch
SPREAD: Final = 61  # how many different sizes there are
MIX: Final = 2_654_435_761  # any odd number: neighbouring prices are to have unlike sizes

Level = tuple[int, int]  # price in ticks, contracts


def levels(board: Board, side: int, rows: int) -> list[Level]:
    """One side of the book, the best price first; behind the touch a price has always the same size."""
    ticks, size = (board.bid_ticks, board.bid_size) if side == BID else (board.ask_ticks, board.ask_size)
    if size == 0:
        return []
    step = -1 if side == BID else 1
    behind = [ticks + step * row for row in range(1, rows)]
    return [(ticks, size), *((price, THINNEST + (price * MIX >> 20 & 0xFFF) % SPREAD) for price in behind)]


@dataclass(slots=True)
class _Subscription:
    """One request, and the book that its client has."""

    req_id: int
    rows: int
    smart: bool
    book: dict[int, list[Level]] = field(default_factory=lambda: {ASK: [], BID: []})

    def tell(self, board: Board) -> list[Notice]:
        """What to do to the client's book to make it the board's."""
        out: list[Notice] = []
        for side in (BID, ASK):
            self._change(side, levels(board, side, self.rows), out)
        return out

    def _change(self, side: int, target: list[Level], out: list[Notice]) -> None:
        """Rows are rewritten in place, and come and go at the end alone.

        A client may take an insert for one that moves the rows behind it or for one that replaces a row: either way it
        has the same book.
        """
        book = self.book[side]
        for row, level in enumerate(target):
            if row == len(book):
                book.append(level)
                out.append(self._notice(side, row, INSERT, *level))
            elif book[row] != level:
                book[row] = level
                out.append(self._notice(side, row, UPDATE, *level))
        while len(book) > len(target):
            book.pop()
            out.append(self._notice(side, len(book), DELETE, 0, 0))

    def _notice(self, side: int, row: int, operation: int, ticks: int, size: int) -> Depth:
        return Depth(
            req_id=self.req_id,
            position=row,
            operation=operation,
            side=side,
            price=ticks * TICK,
            size=size,
            market_maker=EXCHANGE if self.smart else "",
            smart=self.smart,
        )


class Depths:
    """All of a client's."""

    def __init__(self, desk: DataDesk) -> None:
        self._desk = desk
        self._subscriptions: dict[int, _Subscription] = {}

    def __len__(self) -> int:
        return len(self._subscriptions)

    def ask(self, request: ReqMktDepth, now_ns: int) -> list[Notice]:
        """Subscribe; the book is told at once."""
        error = self._refuse(request, now_ns)
        if error is not None:
            return [error]
        rows = min(request.rows, self._desk.limits.depth_rows)
        subscription = _Subscription(request.req_id, rows, request.smart)
        self._subscriptions[request.req_id] = subscription
        self._desk.watchers += 1
        return subscription.tell(self._desk.board)

    def _refuse(self, request: ReqMktDepth, now_ns: int) -> Error | None:
        req_id, limits = request.req_id, self._desk.limits
        if req_id in self._subscriptions:
            return refusal(req_id, "duplicate", "")
        if request.rows <= 0:
            return invalid(req_id, f"Number of market depth rows {request.rows} is not valid")
        listed = resolve(self._desk, req_id, request.contract, now_ns)
        if isinstance(listed, Error):
            return listed
        if limits.entitlement == "competing":
            return refusal(req_id, "competing")
        if limits.entitlement != "live":
            return refusal(req_id, "not_subscribed", f"{listed.instrument.symbol} {EXCHANGE}/DEEP/ALL")
        return refusal(req_id, "max_depth", limits.depth) if len(self) >= limits.depth else None

    def cancel(self, req_id: int) -> list[Notice]:
        """Unsubscribe."""
        if self._subscriptions.pop(req_id, None) is None:
            return [refusal(req_id, "unknown_depth", req_id)]
        self._desk.watchers -= 1
        return []

    def close(self) -> None:
        """Forget all."""
        self._desk.watchers -= len(self)
        self._subscriptions.clear()

    def reset(self) -> list[Notice]:
        """Have each client's book emptied and told anew, as after a loss of the connection to the exchange."""
        out: list[Notice] = []
        for subscription in self._subscriptions.values():
            subscription.book = {ASK: [], BID: []}
            out.append(refusal(subscription.req_id, "depth_reset"))
            out += subscription.tell(self._desk.board)
        return out

    def sample(self, sample: Sample, out: list[Notice]) -> None:
        """Add the changes that a sample shows."""
        for subscription in self._subscriptions.values():
            out += subscription.tell(sample.board)
