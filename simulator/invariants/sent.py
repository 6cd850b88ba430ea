"""What leaves for TWS, read off the wire: S03, S05, S09 to S11, S13 to S16 and S19 of every placement."""

from collections import deque
from dataclasses import dataclass
from typing import Final

from simulator.invariants.broken import hold
from simulator.invariants.heard import Heard, stale
from simulator.invariants.notes import Notes
from simulator.invariants.truth import Truth
from simulator.tws import requests as ask
from simulator.tws.requests import CancelOrder, PlaceOrder, Request
from simulator.tws.wire.decode import decode
from simulator.tws.wire.framing import LENGTH_BYTES, split
from simulator.tws.wire.versions import SERVER_MAX
from system.domain.instrument import TICKS_PER_POINT
from system.domain.session import Calendar, in_span, new_york_s
from system.domain.settings import SECOND_NS, Settings

VERSION: Final = min(176, SERVER_MAX)  # the library's highest
RATE_MAX: Final = 45
STALL_NS: Final = 30 * SECOND_NS
PLACES_MAX: Final = 20  # of one bracket: three attempts at each of a few things


@dataclass(frozen=True, slots=True, kw_only=True)
class SentOrder:
    """An order whose bytes have left."""

    order_id: int
    ref: str
    role: str
    side: int
    contracts: int
    sent_ns: int


class Sent:
    """Judges what leaves. `now_ns` is the program's clock, `truth` the broker's."""

    def __init__(self, settings: Settings, truth: Truth, heard: Heard, notes: Notes) -> None:
        self.settings = settings
        self._truth = truth
        self._heard = heard
        self._notes = notes
        self._calendar = Calendar(settings.closures)
        self.orders: dict[int, SentOrder] = {}
        self.canceled: dict[int, int] = {}  # when a cancel of it last left, by order id
        self.highest = 0
        self.places: dict[str, int] = {}
        self.entries: list[int] = []
        self._recent: deque[int] = deque()

    def take(self, data: bytes, now_ns: int, mono_ns: int) -> None:
        """Bytes of one write. `now_ns` is the program's time, `mono_ns` the market's."""
        for request in _requests(data):
            self._rate(mono_ns)
            match request:
                case ask.ReqCurrentTime():
                    if self._heard.connection is not None:
                        self._heard.connection.probed_ns = now_ns
                case PlaceOrder() if request.terms.what_if:
                    pass  # a question
                case PlaceOrder():
                    self._place(request, now_ns)
                case CancelOrder():
                    known = request.order_id in self.orders
                    hold("S13", known, f"a cancel of order {request.order_id}, which is not ours")
                    self.canceled[request.order_id] = mono_ns
                case ask.ReqGlobalCancel():
                    hold("S13", False, "a cancel of everything")
                case _:
                    pass

    def _rate(self, mono_ns: int) -> None:
        recent = self._recent
        recent.append(mono_ns)
        while recent[0] <= mono_ns - SECOND_NS:
            recent.popleft()
        hold("S15", len(recent) <= RATE_MAX, f"{len(recent)} messages within a second")

    def _place(self, request: PlaceOrder, now_ns: int) -> None:
        terms, order_id = request.terms, request.order_id
        side, contracts = (1 if terms.action == "BUY" else -1), round(terms.quantity)
        intent = self._notes.intents.get(order_id)
        words = f"order {order_id} of {terms.order_ref or 'no reference'}"
        hold("S05", intent is not None, f"{words} leaves without an intent on disk")
        assert intent is not None
        hold("S05", intent.ref == terms.order_ref, f"{words}: on disk it is of {intent.ref}")
        before = self.orders.get(order_id)
        if before is not None:  # new terms of an order that lives
            hold("S10", before.ref == terms.order_ref, f"{words}: its id was {before.ref}'s")
            hold("S02", before.side == side, f"{words}: its new terms are for the other side")
        else:
            hold("S10", order_id > self.highest, f"{words}: ids up to {self.highest} have been used")
            self.highest = order_id
        self.places[terms.order_ref] = self.places.get(terms.order_ref, 0) + 1
        count = self.places[terms.order_ref]
        hold("S17", count <= PLACES_MAX, f"{count} orders are sent for {terms.order_ref}")
        _grid(words, terms.limit_price, terms.aux_price)
        self.orders[order_id] = SentOrder(
            order_id=order_id, ref=terms.order_ref, role=intent.role, side=side, contracts=contracts, sent_ns=now_ns
        )
        if intent.role == "entry":
            if before is None:
                self._enter(words, intent.target_ticks, intent.stop_ticks, side, now_ns)
        else:
            self._exit(words, side, contracts, is_child=bool(terms.parent_id))

    def _enter(self, words: str, target_ticks: int, stop_ticks: int, side: int, now_ns: int) -> None:
        settings, notes = self.settings, self._notes
        self.entries.append(now_ns)
        session = self._calendar.at(now_ns)
        is_open = session.regular and session.open_ns <= now_ns < session.break_ns
        hold("S03", is_open, f"{words} is an entry while the market is closed")
        in_hours = in_span(new_york_s(now_ns), settings.entry_start_s, settings.entry_end_s)
        hold("S03", in_hours, f"{words} is an entry outside its hours")
        missing = stale(self._heard.connection, now_ns, session.open_ns, STALL_NS)
        hold("S03", not missing, f"{words} is an entry, and {missing}")
        hold("S16", not notes.halted, f"{words} is an entry while halted: {notes.halted}")
        right = side * stop_ticks < side * target_ticks
        hold("S14", right, f"{words}: stop {stop_ticks} and target {target_ticks} change places")
        reference = stop_ticks + side * settings.stop_ticks
        quotes = [(bid, ask) for _, bid, ask in self._heard.quotes if reference in (bid, ask)]
        valid = any(bid < ask and (ask if side > 0 else bid) == reference for bid, ask in quotes)
        hold("S11", valid, f"{words} rests on {reference}, which nobody quoted")
        denied = notes.denies(now_ns, settings)
        hold("S09", not denied, f"{words} is an entry in spite of {denied}")

    def _exit(self, words: str, side: int, contracts: int, *, is_child: bool) -> None:
        if is_child:
            return
        held = self._truth.own
        reduces = side * held <= 0 and contracts <= abs(held)
        hold("S19", reduces or self._is_late(), f"{words} is to take {contracts} off {held}")

    def _is_late(self) -> bool:
        """A fill that the program cannot know of yet, for the broker has not told it."""
        return self._notes.book_position != self._truth.own


def _requests(data: bytes) -> list[Request]:
    if data.startswith(b"API\0"):
        return []
    found, at = [], 0
    while at < len(data):
        length = int.from_bytes(data[at : at + LENGTH_BYTES], "big")
        payload = data[at + LENGTH_BYTES : at + LENGTH_BYTES + length]
        at += LENGTH_BYTES + length
        found.append(decode(split(payload), VERSION))
    return found


def _grid(words: str, *prices: float | None) -> None:
    for price in prices:
        fits = price is None or (price * TICKS_PER_POINT).is_integer()
        hold("S14", fits, f"{words}: {price} is off the grid")
