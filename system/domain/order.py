"""The order brain: from what the gate wants and what the broker says to what is done, journal first.

`step(state, event, rules)` gives the next state and the commands, in order. Nothing is assumed: an order is what the
broker has proven, a position is what executions add up to, and both are compared with the broker's own answers.
"""

from typing import Final, assert_never

from system.domain.intent import bracket_of, reference, terms
from system.domain.limits import OrderRules, too_fast, worst
from system.domain.order_draft import GRACE_NS, Draft
from system.domain.order_events import (
    AskMargin,
    ClockTicked,
    CloseAsked,
    Command,
    ContractDone,
    EntryAccepted,
    EntryEnded,
    ExecutionsAnswered,
    HaltAsked,
    LinkChanged,
    MarginAsked,
    OpenOrdersAnswered,
    OrderEvent,
    OwnEvent,
    Place,
    PlacementAnswered,
    PositionsAnswered,
    ResumeAsked,
    RollAsked,
)
from system.domain.order_log import NEVER, State
from system.domain.order_reports import miss_commissions, take
from system.domain.order_state import Happening, OrderState
from system.domain.protection import supervise
from system.domain.reconciliation import ask, disagrees, doubt, resolve, settle, take_answer

ANSWERS: Final = (OpenOrdersAnswered, ExecutionsAnswered, PositionsAnswered)


def step(state: State, event: OrderEvent, rules: OrderRules) -> tuple[State, list[Command]]:
    """The state after an event, and what is to be done, in this order."""
    draft = Draft(state, event.now_ns, rules)
    if isinstance(event, OwnEvent):
        _own(draft, event)
    elif event.generation != state.generation:
        return state, []  # of a connection that is gone
    elif isinstance(event, ANSWERS):
        if not state.up:
            return state, []  # asked before IB was lost
        take_answer(draft, event)
    else:
        take(draft, event)
    doubt(draft)
    if draft.state.up:
        resolve(draft)
        settle(draft)
    supervise(draft)
    if draft.state.up:
        ask(draft)
    return draft.state, draft.commands


def _own(draft: Draft, event: OwnEvent) -> None:
    match event:
        case EntryAccepted():
            _enter(draft, event)
        case CloseAsked():
            _close(draft, event)
        case PlacementAnswered():
            _placed(draft, event)
        case LinkChanged():
            _change_link(draft, event)
        case HaltAsked():
            draft.halt(event.reason)
        case ResumeAsked():
            draft.set(halted="", refused=0)
        case RollAsked():
            _leave(draft)
        case MarginAsked():
            _ask_margin(draft, event.contracts)
        case ClockTicked():
            miss_commissions(draft)
        case _:
            assert_never(event)


def _close(draft: Draft, event: CloseAsked) -> None:
    """Remember that what is held is to be closed; `supervise` sees to it."""
    if draft.state.bracket is not None and not draft.state.is_flat:
        draft.set_bracket(exit_reason=event.reason, tries=0)


def _leave(draft: Draft) -> None:
    """Say so where the book and the broker agree that nothing of ours is left in the contract."""
    state = draft.state
    if state.synced and state.is_flat and not disagrees(state, draft.now_ns):
        draft.commands.append(ContractDone(generation=state.generation))


def _ask_margin(draft: Draft, contracts: int) -> None:
    """Ask, while nothing is under way that the answer would include. The id is spent on the question."""
    order_id = draft.state.next_id
    if draft.state.synced and draft.state.is_flat:
        draft.set(next_id=order_id + 1)
        draft.commands.append(AskMargin(order_id=order_id, contracts=contracts))


def _change_link(draft: Draft, event: LinkChanged) -> None:
    """With or without a connection, nothing that was known of live orders is known any more."""
    for order in draft.state.orders:
        if order.is_live:
            draft.see(order, Happening.DOUBT, proof="", cancels=0)
    if draft.state.bracket is not None:
        draft.set_bracket(bare_ns=0, tries=0)
    draft.set(
        up=int(event.up),
        generation=event.generation,
        up_record=draft.state.records,
        synced=0,
        rounds=0,
        mismatches=0,
        told=NEVER,
    )


def _placed(draft: Draft, event: PlacementAnswered) -> None:
    undecided = (OrderState.INTENDED, OrderState.SENT, OrderState.UNKNOWN)
    for order in draft.state.orders:
        if order.order_id not in event.order_ids or order.state.is_over:
            continue
        if event.sent:
            draft.happen(order, Happening.SEND)
        elif order.state in undecided and not order.filled:
            draft.happen(order, Happening.DROP)


# entries


def _enter(draft: Draft, event: EntryAccepted) -> None:
    """Journal a bracket and send it as one write, or say why not."""
    denied = denial(draft.state, event, draft.rules)
    if denied:
        draft.alert("entry_denied", denied)
        draft.commands.append(EntryEnded(reason=denied))
        return
    state = draft.state
    draft.note(
        "intent",
        ref=reference(state.brackets + 1, event.now_ns),
        side=event.side,
        contracts=event.contracts,
        target_ticks=event.target_ticks,
        stop_ticks=event.stop_ticks,
        entry_id=state.next_id,
    )
    bracket = draft.bracket
    draft.commands.append(Place(orders=tuple(terms(bracket.ref, order) for order in bracket.orders)))


def shut_because(state: State, now_ns: int) -> str:
    """Why no entry must be made, whatever it is, or nothing."""
    if state.halted:
        return f"halted: {state.halted}"
    if not state.up or not state.synced:
        return "not reconciled with the broker"
    if state.foreign_orders or state.foreign_contracts:
        return "orders or contracts that are not ours"
    if disagrees(state, now_ns, 0 if state.told > state.moved else GRACE_NS):
        return "the broker's position is not the book's"
    return ""


def denial(state: State, event: EntryAccepted, rules: OrderRules) -> str:
    """Why an entry must not be made, or nothing. Exits never pass here."""
    if shut := shut_because(state, event.now_ns):
        return shut
    if not state.is_flat:
        return "a position or an order is under way, or not proven over"
    reference_ticks = event.ask_ticks if event.side > 0 else event.bid_ticks
    if not event.side * event.stop_ticks < event.side * reference_ticks < event.side * event.target_ticks:
        return "stop or target on the wrong side"
    if not 0 <= event.ask_ticks - event.bid_ticks <= rules.max_spread_ticks:
        return "the spread is beyond its collar"
    if too_fast(state.sent_ns, 3, event.now_ns, rules):
        return "too many orders in a minute"
    bracket = bracket_of(
        ref="new",
        side=event.side,
        contracts=event.contracts,
        target_ticks=event.target_ticks,
        stop_ticks=event.stop_ticks,
        entry_id=state.next_id,
        now_ns=event.now_ns,
        seen=NEVER,
    )
    if worst(0, bracket.orders) > rules.max_contracts:
        return "more contracts than allowed"
    return ""
