"""What has been asked on one connection and is not answered yet. Every question has a deadline: silence is no answer.

Answers carry their question's id, so that one that comes late answers nothing else; all but the list of open orders,
which TWS ends without one. A list that does not end in time therefore ends the connection: on it, no later end could
be told from the missing one (F03).
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, Final

import ib_insync

from system.broker.notes import Sleep, sleep
from system.broker.terms import ORDER_ID_MAX
from system.domain import order_events as order
from system.domain.instrument import TICKS_PER_POINT
from system.domain.road import AskSeed, Record, SeedAnswered
from system.domain.settings import SECOND_NS

DEADLINE_S: Final = 4.0
BARS_DEADLINE_S: Final = 20.0
REQUEST_IDS: Final = ORDER_ID_MAX  # from here on
ADVISORY: Final = frozenset({10090, *range(2100, 2200)})  # about a request, and it goes on
CONTRACTS_MAX: Final = 100
REFUSAL_MAX: Final = 200  # characters


End = Callable[[bool, list[Any]], None]


@dataclass
class Question:
    """One that is open. `end` is called once: with whether the answer is known, and what it holds."""

    end: End
    items: list[Any] = field(default_factory=list)
    is_whole: bool = True  # nothing came meanwhile that could not be read
    refusal: str = ""  # what an error said of it


class Asked:
    """Open questions by request id; that for open orders, of which there is one at a time, has the id 0."""

    def __init__(
        self, generation: int, now_ns: Callable[[], int], say: Callable[[Record], None], sleep: Sleep = sleep
    ) -> None:
        self._generation = generation
        self._sleep = sleep
        self._now_ns = now_ns
        self._say = say
        self._open: dict[int, Question] = {}
        self._next_id = REQUEST_IDS

    def new_id(self) -> int:
        """A request id never used before."""
        self._next_id += 1
        return self._next_id

    def begin(self, req_id: int, end: End) -> Question:
        """Note a question."""
        assert req_id not in self._open, "the same question twice"
        question = self._open[req_id] = Question(end=end)
        return question

    def is_open(self, req_id: int) -> bool:
        """Whether a question waits for its answer."""
        return req_id in self._open

    def end(self, req_id: int, *, known: bool) -> bool:
        """Answer a question, if it is still open."""
        question = self._open.pop(req_id, None)
        if question is not None:
            question.end(known and question.is_whole, question.items)
        return question is not None

    async def expire(self, req_id: int, within_s: float, late: Callable[[], None] = lambda: None) -> None:
        """End a question without an answer when its time is over; `late` is called then."""
        question = self._open.get(req_id)
        await self._sleep(f"question {req_id}", within_s)
        if question is not None and self._open.get(req_id) is question:
            self.end(req_id, known=False)
            late()

    # what the ear hears

    def doubt(self) -> None:
        """A message could not be read: it may have been an item of any answer that is under way (F03)."""
        for question in self._open.values():
            question.is_whole = False

    def refused(self, req_id: int, code: int, text: str) -> bool:
        """An error about a question, be it one that is over; whether it is about one at all."""
        if question := self._open.get(req_id):
            question.refusal = f"{code} {text}"
        if req_id >= REQUEST_IDS and code not in ADVISORY:
            self.end(req_id, known=False)
        return req_id >= REQUEST_IDS

    def contract(self, req_id: int, details: Any) -> None:
        self._add(req_id, details)

    def end_contract(self, req_id: int) -> None:
        self.end(req_id, known=True)

    def bar(self, req_id: int, bar: Any) -> None:
        self._add(req_id, bar)

    def end_bars(self, req_id: int) -> None:
        self.end(req_id, known=True)

    def open_order(self, told: order.OpenOrderTold) -> None:
        self._add(0, told)

    def end_open_orders(self) -> None:
        self.end(0, known=True)

    def execution(self, req_id: int, told: order.ExecutionTold) -> bool:
        """Take an execution that answers a question; whether it does, be it a question that is over."""
        self._add(req_id, told)
        return req_id >= 0

    def end_executions(self, req_id: int) -> None:
        self.end(req_id, known=True)

    def position(self, req_id: int, model: str, contracts: int) -> None:
        """Told once for each of the account's models, and again where it changes meanwhile."""
        self._add(req_id, (model, contracts))

    def end_positions(self, req_id: int) -> None:
        self.end(req_id, known=True)

    def margin(self, order_id: int, initial_cents: int, equity_cents: int) -> None:
        """A what-if order is answered as an open order of its id."""
        self._add(order_id, (initial_cents, equity_cents))
        self.end(order_id, known=True)

    def _add(self, req_id: int, item: Any) -> None:
        if question := self._open.get(req_id):
            question.items.append(item)

    # answers

    def answer_orders(self, number: int) -> End:
        """Every order of its last telling."""

        def end(known: bool, items: list[Any]) -> None:
            last = {told.perm_id or (told.client_id, told.terms.order_id): told for told in items}
            self._say(
                order.OpenOrdersAnswered(
                    now_ns=self._now_ns(),
                    generation=self._generation,
                    number=number,
                    known=known,
                    orders=tuple(last.values()) if known else (),
                )
            )

        return end

    def answer_executions(self, number: int) -> End:
        """All of the day."""

        def end(known: bool, items: list[Any]) -> None:
            self._say(
                order.ExecutionsAnswered(
                    now_ns=self._now_ns(),
                    generation=self._generation,
                    number=number,
                    known=known,
                    executions=tuple(items) if known else (),
                )
            )

        return end

    def answer_positions(self, number: int) -> End:
        """Contracts of what is traded."""

        def end(known: bool, items: list[Any]) -> None:
            self._say(
                order.PositionsAnswered(
                    now_ns=self._now_ns(),
                    generation=self._generation,
                    number=number,
                    known=known,
                    contracts=sum(dict(items).values()) if known else 0,
                )
            )

        return end

    def begin_margin(self, order_id: int) -> None:
        """Ask by a what-if order of this id. An error about it is no answer: one may follow. It is told at the end."""

        def end(known: bool, items: list[Any]) -> None:
            initial_cents, equity_cents = items[0] if known else (0, 0)
            self._say(
                order.MarginAnswered(
                    now_ns=self._now_ns(),
                    generation=self._generation,
                    known=known,
                    initial_cents=initial_cents,
                    equity_cents=equity_cents,
                    text="" if known else question.refusal[:REFUSAL_MAX],
                )
            )

        question = self.begin(order_id, end)

    def answer_seed(self, asked: AskSeed) -> End:
        """The sums over bars that began at the session's open or later."""

        def end(known: bool, items: list[Any]) -> None:
            try:
                price_size, size = sums(items, asked.opened_ns) if known else (0, 0)
            except (ValueError, OverflowError):  # a bar that cannot be
                price_size, size = 0, 0
            self._say(
                SeedAnswered(
                    now_ns=self._now_ns(),
                    generation=self._generation,
                    known=known and size > 0,
                    price_size=price_size,
                    size=size,
                )
            )

        return end


def sums(bars: list[Any], opened_ns: int) -> tuple[int, int]:
    """Ticks x contracts and contracts of one-minute bars; a bar's mean price is rounded to what is nearest in all."""
    total, size = Fraction(0), 0
    for bar in bars:
        if int(bar.date) * SECOND_NS >= opened_ns and bar.volume > 0 and bar.average > 0:
            total += Fraction(str(bar.average)) * TICKS_PER_POINT * int(bar.volume)
            size += int(bar.volume)
    return round(total), size


def future(symbol: str, year: int, month: int) -> Any:
    """A CME future as it is asked for."""
    return ib_insync.Future(symbol, f"{year}{month:02d}", "CME", currency="USD")
