"""An operator's words: put on the road as everything is, and answered once the journal shows that they are done.

Without a running `bn live` the journal itself is told, in the order brain's own words.
"""

from collections.abc import Callable, Sequence
from typing import Any, Final, Literal

import trio

from system.actors.ports import Clock, Log, Post, Write
from system.domain.errors import InputError
from system.domain.limits import OrderRules
from system.domain.order_draft import Draft
from system.domain.order_events import Journal as Record
from system.domain.order_log import APPLY, State, apply
from system.domain.road import OperatorAsked
from system.storage.journal import Entry, Journal
from system.wiring.control import WITHIN_S
from system.wiring.memory import remember
from system.wiring.places import Places
from system.wiring.wiring import Wiring

LOOK_S: Final = 0.05
REASON_MAX: Final = 200

Word = Literal["halt", "resume", "flatten"]


class Written:
    """A Write that knows what is on disk: `orders` is the fold of it."""

    def __init__(self, write: Write, orders: State) -> None:
        self._write = write
        self.orders = orders

    def __call__(self, records: Sequence[Record]) -> None:
        """Append, and take note."""
        self._write(records)
        for record in records:
            if record.kind in APPLY:
                self.orders = apply(self.orders, record.kind, record.now_ns, record.payload)


class Operator:
    """Takes an operator's words to the wiring at once, and waits for each."""

    def __init__(self, wiring: Wiring, written: Written, *, post: Post, clock: Clock, log: Log) -> None:
        self._wiring = wiring
        self._written = written
        self._post = post
        self._clock = clock
        self._log = log

    async def halt(self, asked: dict[str, Any]) -> dict[str, Any]:
        """No more entries."""
        return await self._ask("halt", checked(asked.get("reason", "")))

    async def resume(self, _asked: dict[str, Any]) -> dict[str, Any]:
        """Entries again."""
        return await self._ask("resume")

    async def flatten(self, asked: dict[str, Any]) -> dict[str, Any]:
        """No more entries, and close what is held."""
        return await self._ask("flatten", checked(asked.get("reason", "")))

    async def _ask(self, what: Word, reason: str = "") -> dict[str, Any]:
        self._log("operator", asked=what, reason=reason)
        self._post(OperatorAsked(now_ns=self._clock(), what=what, reason=reason))
        with trio.move_on_after(WITHIN_S[what]):
            while not self._is_done(what):  # noqa: ASYNC110 - the actors serve the road, not us
                await trio.sleep(LOOK_S)
        done = self._is_done(what)
        text = self._words(what) if done else f"not known yet, after {WITHIN_S[what]:g} s: {self._words(what)}"
        self._log("operator_answered", asked=what, done=done, text=text)
        return {"done": done, "text": text, "halted": self._written.orders.halted}

    def _is_done(self, what: Word) -> bool:
        """Whether the journal says so."""
        orders = self._written.orders
        if what == "resume":
            return not orders.halted
        is_flat = not orders.book.position and not any(order.is_live for order in orders.orders)
        return bool(orders.halted) and (what == "halt" or is_flat)

    def _words(self, what: Word) -> str:
        halted = self._written.orders.halted
        stands = f"halted: {halted}" if halted else "not halted"
        if what == "resume" and self._wiring.is_guard:
            stands += "; but a part of this program keeps failing, and it only protects what is held: start it again"
        return f"{stands}; {self._wiring.left_behind()}"


def checked(reason: object) -> str:
    """A reason of an operator's. Raises InputError for what is none."""
    if not isinstance(reason, str) or len(reason) > REASON_MAX or not reason.isprintable():
        raise InputError(f"reason: expected at most {REASON_MAX} characters, without a line break")
    return reason.strip()


def tell_journal(places: Places, what: Literal["halt", "resume"], reason: str, wall_ns: Callable[[], int]) -> str:
    """Halt or resume the next `bn live`; what stands now, in words.

    Raises as `Journal.open` does: RefusedError where a process has the account in use.
    """
    with Journal.open(places.journal, places.account) as journal:
        before = remember(journal.records()).orders
        draft = Draft(before, wall_ns(), OrderRules())
        if what == "halt":
            draft.halt(checked(reason) or "halt asked for")
        elif before.halted:
            draft.set(halted="", refused=0)  # as ResumeAsked does
        records = [command for command in draft.commands if isinstance(command, Record)]
        journal.append_all([Entry(kind=each.kind, now_ns=each.now_ns, payload=each.payload) for each in records])
    if not records:
        return f"halted already: {before.halted}" if before.halted else "not halted; nothing to resume"
    return f"halted: {draft.state.halted}" if draft.state.halted else f"not halted any more; it was: {before.halted}"
