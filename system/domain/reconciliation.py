"""Asking the broker, and what its answers prove: an answer that did not come changes nothing.

A round asks for open orders, executions and position together: at once when something is in doubt, again after five
seconds, and every minute in any case; after twelve rounds without a result, no more often than every five seconds. An
order is proven dead when a code hinted at its end and the broker, asked after that, knows neither it nor executions
that are missing; without a hint it is cancelled by its id first.
"""

from typing import Final, Literal, assert_never, get_args

from system.domain.intent import Order, Role
from system.domain.order_draft import ANSWER_NS, GRACE_NS, Draft
from system.domain.order_events import (
    Answered,
    Ask,
    ExecutionsAnswered,
    ExecutionTold,
    OpenOrdersAnswered,
    PositionsAnswered,
    Question,
    Reconciled,
)
from system.domain.order_log import State
from system.domain.order_reports import (
    take_doubles,
    take_execution,
    take_foreign,
    take_open_order,
    take_position,
    tell_fill,
)
from system.domain.order_state import Happening, OrderState
from system.domain.settings import MINUTE_S, SECOND_NS

ROUTINE_NS: Final = MINUTE_S * SECOND_NS
ROUNDS_MAX: Final = 12  # five seconds apart; then it is said out loud, and asked once a minute
READS: Final = 2  # that differ before the broker's position is believed against the book


def take_answer(draft: Draft, answer: Answered) -> None:
    """Take an answer; one that is not known is none."""
    if not answer.known:
        return
    match answer:
        case OpenOrdersAnswered():
            _take_open_orders(draft, answer)
        case ExecutionsAnswered():
            for execution in sorted(answer.executions, key=lambda told: not _is_of_entry(draft, told)):
                take_execution(draft, execution)
            draft.set(executions=max(draft.state.executions, answer.number))
        case PositionsAnswered():
            take_position(draft, answer.contracts)
            draft.set(positions=max(draft.state.positions, answer.number))
            _tell_others(draft, ", ".join(answer.others))
            _compare(draft, answer.number)
        case _:
            assert_never(answer)


def _is_of_entry(draft: Draft, told: ExecutionTold) -> bool:
    """Whether an execution opened what the others of an answer, which has no order, may have closed: it goes first."""
    bracket = draft.state.bracket
    return bracket is not None and (told.ref, told.order_id) == (bracket.ref, bracket.entry.order_id)


def _take_open_orders(draft: Draft, answer: OpenOrdersAnswered) -> None:
    mine = [told for told in answer.orders if told.client_id == draft.rules.client_id]
    for order in draft.state.orders:
        if order.doubles and order.seen < answer.number:
            take_doubles(draft, order, mine)
    for told in answer.orders:
        take_open_order(draft, told, answer.number)
    present = {told.perm_id for told in answer.orders}
    for perm_id in draft.state.foreign_orders:
        if perm_id not in present:
            take_foreign(draft, perm_id, is_live=False)
    ours = {told.terms.order_id for told in mine}
    for order in draft.state.orders:
        if order.is_live and order.order_id not in ours and order.seen < answer.number:
            _absent(draft, order)
    draft.set(open_orders=max(draft.state.open_orders, answer.number))


def _absent(draft: Draft, order: Order) -> None:
    """The broker does not tell of an order that it should have: what has just been sent may be on its way."""
    if order.state not in (OrderState.INTENDED, OrderState.SENT) or draft.is_late(order.since_ns):
        draft.happen(order, Happening.DOUBT)


# what is in doubt


def doubt(draft: Draft) -> None:
    """Put in doubt what has not been answered in time."""
    waiting = (OrderState.INTENDED, OrderState.SENT, OrderState.CANCELING)
    for order in draft.state.orders:
        late = draft.is_late(order.since_ns)
        missing = order.told_filled > order.filled and order.is_live and order.state is not OrderState.UNKNOWN
        if late and (order.state in waiting or missing):
            draft.see(order, Happening.DOUBT)


def resolve(draft: Draft) -> None:
    """End what is proven over; cancel by its id what the broker does not know and no code explains."""
    state = draft.state
    for order in state.orders:
        asked_after = min(state.open_orders, state.executions) > order.seen
        if order.state is not OrderState.UNKNOWN or not asked_after:
            continue
        if _lacks(state, order):
            if _has_filled(state, order, draft.now_ns):
                draft.happen(order, Happening.FILL_ALL)
        elif order.hint and order.hint != "inactive" and not order.doubles:
            draft.happen(order, Happening.REJECT if order.hint == "rejected" else Happening.CANCEL)
        else:
            draft.cancel(order)


def _lacks(state: State, order: Order) -> bool:
    """Whether the broker says that more of an order has filled than executions do, and none of these was taken back."""
    if order.told_filled <= order.filled and order.hint != "filled":
        return False
    executions = state.book.executions.values()
    return not any(each.order_id == order.order_id and not each.contracts for each in executions)


def _has_filled(state: State, order: Order, now_ns: int) -> bool:
    """Whether an order that is said to have filled has done so by the executions that are known: its group may have
    made it smaller. The position, told long after the last of them and after that was said, bears them out."""
    is_whole = order.filled > 0 and order.told_filled <= order.filled and not order.doubles
    is_told = state.positions > max(order.seen, state.moved) and now_ns - state.moved_ns >= GRACE_NS
    return is_whole and is_told and not disagrees(state, now_ns)


def _is_unclear(draft: Draft, order: Order) -> bool:
    """Whether the broker has to be asked about an order: it is unknown, or has not been read back for a second."""
    unread = order.state in (OrderState.WORKING, OrderState.PARTLY_FILLED) and not order.proof
    return order.state is OrderState.UNKNOWN or (unread and draft.now_ns - order.since_ns >= SECOND_NS)


def _is_unread(draft: Draft) -> bool:
    """Whether the broker has not told its position since the last execution, which it should have had time to see."""
    return draft.state.positions < draft.state.moved and draft.is_late(draft.state.moved_ns)


def _is_pressing(draft: Draft) -> bool:
    """Whether what is held has no proven stop yet: asked for each second, before it is too late to wait."""
    bracket = draft.state.bracket
    return bracket is not None and bracket.bare_ns > 0 and not draft.is_late(bracket.bare_ns)


def ask(draft: Draft) -> None:
    """Ask a round if one is due."""
    state, since_ns = draft.state, draft.now_ns - draft.state.asked_ns
    unknown = [order for order in state.orders if _is_unclear(draft, order)]
    unclear = bool(unknown) or not state.synced or _is_unread(draft) or disagrees(state, draft.now_ns, ANSWER_NS)
    pause_ns = SECOND_NS if state.rounds < ROUNDS_MAX else ANSWER_NS  # a doubt that each answer renews is no news
    fresh = state.asked < state.up_record or (
        since_ns >= pause_ns and any(state.asked < order.seen for order in unknown)
    )
    due_ns = ANSWER_NS if unclear and state.rounds < ROUNDS_MAX else ROUTINE_NS
    if _is_pressing(draft):
        due_ns = SECOND_NS
    if not (fresh or since_ns >= due_ns):
        return
    rounds = min(state.rounds + 1, ROUNDS_MAX + 1) if unclear else 0
    number = state.records
    draft.set(asked=number, asked_ns=draft.now_ns, rounds=rounds)
    questions: tuple[Question, ...] = get_args(Question)
    draft.commands += [Ask(question=question, number=number) for question in questions]
    if rounds == ROUNDS_MAX:
        what = ", ".join(f"order {order.order_id}" for order in unknown) or "the position or an answer"
        draft.alert("unresolved", f"still unknown after {ROUNDS_MAX} rounds of questions: {what}")


# the position


def disagrees(state: State, now_ns: int, grace_ns: int = 0) -> bool:
    """Whether the broker's position is not the book's, so long after the last execution."""
    differs = state.told_contracts != state.book.position + state.foreign_contracts
    return differs and now_ns - state.moved_ns >= grace_ns


def settle(draft: Draft) -> None:
    """Say that this connection is reconciled, once everything agrees."""
    state = draft.state
    unknown = any(order.state is OrderState.UNKNOWN for order in state.orders)
    if not state.is_read or unknown or disagrees(state, draft.now_ns):
        return
    if not state.synced or state.mismatches or state.rounds:
        fresh = not state.synced
        draft.set(synced=1, mismatches=0, rounds=0)
        if fresh:
            draft.commands.append(Reconciled(generation=state.generation))


def _tell_others(draft: Draft, others: str) -> None:
    """Halt where the account holds another month: of what is left there nothing is seen, protected or closed here."""
    if others == draft.state.others:
        return
    draft.set(others=others)
    if others:
        draft.alert("other_month", f"the account holds {others}, which is not the contract that is traded here")
        draft.halt("contracts are held in another month")


def _compare(draft: Draft, number: int) -> None:
    """Count reads that differ from the book when nothing is under way that could explain it."""
    state = draft.state
    quiet = min(number, state.executions) > state.moved
    if not quiet or not disagrees(state, draft.now_ns, GRACE_NS):
        return
    if any(order.state is OrderState.UNKNOWN and not _lacks(state, order) for order in state.orders):
        return
    draft.set(mismatches=state.mismatches + 1)
    if draft.state.mismatches >= READS:
        _believe(draft)


def _believe(draft: Draft) -> None:
    """Take the broker's position for true: what we lack was closed without us, what is more is not ours."""
    ours, told = draft.state.book.position, draft.state.told_contracts
    kept = 0
    if ours * told > 0:
        kept = min(ours, told, key=abs)
    if kept != ours:
        _infer(draft, ours - kept)
    foreign = told - kept
    if foreign != draft.state.foreign_contracts:
        draft.alert("foreign_position", f"the broker holds {told} contracts, {kept} of them ours: no entries")
    draft.set(foreign_contracts=foreign, mismatches=0)


def _infer(draft: Draft, closed: int) -> None:
    """Book the close of `closed` contracts (signed) that no execution explains, at the stop's price."""
    bracket = draft.bracket
    candidates = [order for order in bracket.exits if _lacks(draft.state, order) and order.side * closed < 0]
    order = candidates[0] if candidates else next(one for one in bracket.orders if one.role is Role.STOP)
    side: Literal[1, -1] = -1 if closed > 0 else 1
    price_ticks = order.price_ticks or bracket.stop_ticks
    held, contracts = draft.state.book.position, abs(closed)
    draft.note(
        "execution",
        exec_id=f"inferred{draft.state.records}.1",
        order_id=order.order_id if candidates else 0,
        ref=bracket.ref,
        side=side,
        contracts=contracts,
        price_ticks=price_ticks,
        ts_ns=draft.now_ns,
    )
    if candidates and order.hint == "filled":
        draft.see(draft.order(order.order_id), Happening.FILL_ALL)
    draft.alert(
        "inferred_fill", f"{contracts} contracts were closed without an execution; booked at {price_ticks} ticks"
    )
    draft.halt("an inferred fill")
    tell_fill(draft, order, contracts, price_ticks, draft.now_ns, held, inferred=True)
