"""Keeping what is held protected, or closing it: by proof, in three attempts, and only ever what is ours.

A stop protects when the broker says that it has it, every field was read back as sent, and it is large enough. One that
is proven dead is sent again within two seconds; where there may be one that is not proven for five seconds, the
position is closed at market in the exits' group, where no two can fill more than it; all that is said out loud. After
three attempts: halt, and leave things as they are.
"""

from dataclasses import replace
from typing import Final

from system.domain.intent import Order, Role, is_moved, terms
from system.domain.order_draft import ANSWER_NS, GRACE_NS, REFUSALS_MAX, TRIES_MAX, Draft
from system.domain.order_events import EntryEnded, Place
from system.domain.order_state import Happening, OrderState
from system.domain.settings import SECOND_NS

RENEW_NS: Final = SECOND_NS  # for the execution that may explain why the stop is gone
HOPELESS_NS: Final = 15 * SECOND_NS  # without protection, since it was last renewed
RESTS_NS: Final = 30 * SECOND_NS  # for an entry to fill: after it, its exits are those of another market


def protects(order: Order, held: int) -> bool:
    """Whether an order is a stop that is proven to cover a position (signed contracts)."""
    large_enough = order.remaining >= abs(held)
    return order.role is Role.STOP and order.is_proven and order.side * held < 0 and large_enough


def supervise(draft: Draft) -> None:
    """Do what the bracket in hand needs now. Without a link, or before all has been told on it, nothing can be done."""
    if draft.state.bracket is None:
        return
    if draft.state.is_read:
        if draft.state.book.position:
            _keep(draft)
        else:
            _clear(draft)
    bracket, held = draft.bracket, draft.state.book.position
    if bracket.entry.filled:
        draft.set(refused=0)
    elif not (bracket.entry.is_live or held or bracket.ended):
        _end(draft)


def _end(draft: Draft) -> None:
    """Tell the gate that nothing came of an entry; halt where the broker refuses one after the other."""
    entry = draft.bracket.entry
    draft.set_bracket(ended=1)
    draft.commands.append(EntryEnded(reason=f"entry {entry.state.value}"))
    if entry.state is OrderState.REJECTED:
        draft.set(refused=draft.state.refused + 1)
        if draft.state.refused >= REFUSALS_MAX:
            draft.halt("three entries in a row were refused")


# nothing is held


def _clear(draft: Draft) -> None:
    """Take back a bracket that did not come to stand whole or does not fill, and exits that outlived their position.

    Of a bracket only the entry: its exits go with it, and protect what it fills before its cancel arrives.
    """
    bracket, entry = draft.bracket, draft.bracket.entry
    draft.set_bracket(bare_ns=0, tries=0)
    if entry.is_live and (entry.told_filled > entry.filled or entry.hint == "filled"):
        return  # it is held, and the execution is yet to come: what rests protects it
    if not entry.is_live:
        if draft.is_late(max(draft.state.moved_ns, entry.since_ns)):
            for order in bracket.exits:
                draft.cancel(order)
        return
    whole = all(order.is_proven for order in bracket.orders)
    broken = any(order.wrong or not order.is_live for order in bracket.orders)
    rests = draft.now_ns - bracket.since_ns >= RESTS_NS
    if broken or rests or bracket.exit_reason or (not whole and draft.is_late(bracket.since_ns)):
        draft.cancel(entry)


# something is held


def _keep(draft: Draft) -> None:
    bracket, held = draft.bracket, draft.state.book.position
    if _holds_less(draft):
        return
    if held * bracket.side < 0:
        if not _is_certain(draft):
            return
        draft.set_bracket(exit_reason=bracket.exit_reason or "flatten")
        if draft.state.moved_ns > bracket.tried_ns:  # what was tried before was tried on another position
            draft.set_bracket(tries=0)
        draft.halt("more exits filled than was held")
        for order in bracket.exits:
            if order.side * held > 0:
                draft.cancel(order)
    elif any(order.wrong for order in bracket.exits):
        draft.set_bracket(exit_reason=bracket.exit_reason or "flatten")
    _protect(draft)
    _close(draft)
    _complete(draft)


def _holds_less(draft: Draft) -> bool:
    """Whether the broker says, long after the last execution, that it holds less than the book: what was sent now could
    open a position. Its next word settles it (`system.domain.reconciliation`)."""
    state = draft.state
    held, told = state.book.position, state.told_contracts
    is_late = state.told > state.moved and draft.now_ns - state.moved_ns >= GRACE_NS
    return is_late and (told if held > 0 else -told) < abs(held)


def _is_certain(draft: Draft) -> bool:
    """Whether a position of the wrong sign is one, and no fill of the entry is yet to be told; if not, ask."""
    state, entry = draft.state, draft.bracket.entry
    if not entry.is_live or (state.told > state.moved and state.told_contracts == state.book.position):
        return True
    if entry.state is not OrderState.UNKNOWN:
        draft.see(entry, Happening.DOUBT)
    return False


def _protect(draft: Draft) -> None:
    """Watch the stop; send one anew that is proven dead, and ask for a close where none is proven in time."""
    bracket, held = draft.bracket, draft.state.book.position
    if any(protects(order, held) for order in bracket.orders):
        draft.set_bracket(bare_ns=0, tries=bracket.tries if bracket.exit_reason or _excess(draft) else 0)
        return
    if not bracket.bare_ns:
        draft.set_bracket(bare_ns=draft.now_ns)
        return
    closing = any(order.is_proven for order in bracket.live(Role.CLOSE))
    if draft.now_ns - bracket.bare_ns >= HOPELESS_NS and not closing:
        draft.halt("a position has neither a proven stop nor a proven close")
    may_live = bool(bracket.live(Role.STOP)) or bool(bracket.tries)
    bare_for_ns = draft.now_ns - bracket.bare_ns
    if bracket.exit_reason or bare_for_ns < (ANSWER_NS if may_live else RENEW_NS):
        return
    draft.alert("unprotected", f"{held} contracts have had no proven stop for {bare_for_ns / SECOND_NS:.0f} s")
    stops = [order for order in bracket.orders if order.role is Role.STOP]
    if may_live or held * bracket.side < 0 or len(stops) > TRIES_MAX:  # the broker takes them back, one after the other
        draft.set_bracket(exit_reason="flatten")
        return
    draft.set_bracket(tries=1, tried_ns=draft.now_ns, bare_ns=draft.now_ns)
    draft.place_exit(Role.STOP, bracket.stop_ticks)


def _attempt(draft: Draft) -> bool:
    """Take one of three attempts, five seconds apart; after them, halt and touch nothing more."""
    bracket = draft.bracket
    if bracket.tries and not draft.is_late(bracket.tried_ns):
        return False
    if bracket.tries > TRIES_MAX:
        return False
    if bracket.tries == TRIES_MAX:
        draft.set_bracket(tries=TRIES_MAX + 1)
        text = "three attempts at an exit have failed; what rests at the broker is left as it is"
        draft.alert("exit_failed", f"{draft.state.book.position} contracts: {text}")
        draft.halt(text)
        return False
    draft.set_bracket(tries=bracket.tries + 1, tried_ns=draft.now_ns)
    return True


def _close(draft: Draft) -> None:
    """Close at market what is to be closed, unless a close is under way for all that is proven.

    An entry that still works is taken back first: what it fills must be closed too. Where TWS has refused a close, it
    may be for the group that it was to join: the target, which is in it, is moved to the stop's price, which the market
    has not reached (F66).
    """
    bracket = draft.bracket
    if bracket.exit_reason and bracket.entry.is_live and bracket.entry.state is not OrderState.UNKNOWN:
        draft.cancel(bracket.entry)
        return
    under_way = any(order.side * draft.state.book.position < 0 for order in bracket.live(Role.CLOSE))
    if not bracket.exit_reason or under_way or not _attempt(draft):
        return
    refused = any(order.role is Role.CLOSE and order.state is OrderState.REJECTED for order in bracket.orders)
    targets = [order for order in bracket.live(Role.TARGET) if order.is_proven and not is_moved(bracket, order)]
    if refused and targets and draft.state.book.position * bracket.side > 0:
        draft.move(targets[0], bracket.stop_ticks)
    else:
        draft.place_exit(Role.CLOSE)


def _excess(draft: Draft) -> list[Order]:
    """Exits that could fill more than is held, of those that the broker is proven to have."""
    held = abs(draft.state.book.position)
    return [order for order in draft.bracket.exits if order.is_proven and order.remaining > held]


def _complete(draft: Draft) -> None:
    """With the entry over and its fills settled, cut exits that are too large, and renew a target that is gone."""
    bracket = draft.bracket
    if bracket.entry.is_live or bracket.exit_reason or not draft.is_late(draft.state.moved_ns):
        return
    if excess := _excess(draft):
        if any(order.doubled for order in excess):
            draft.set_bracket(exit_reason="flatten")
        elif _attempt(draft):
            held = abs(draft.state.book.position)
            cut = [replace(terms(bracket.ref, order), contracts=order.filled + held) for order in excess]
            draft.commands += [Place(orders=(order,)) for order in cut]
        return
    targets = [order for order in bracket.orders if order.role is Role.TARGET]
    gone = len(targets) == 1 and targets[0].state in (OrderState.CANCELED, OrderState.REJECTED)
    if gone and any(protects(order, draft.state.book.position) for order in bracket.orders):
        draft.place_exit(Role.TARGET, bracket.target_ticks)
