"""What the broker's reports mean: each changes what is proven of an order, adds to the book, or shows what is foreign.

Reports may come in any order, twice, late or not at all. Executions alone are fills; a status only proves that an
order is there or over; an error proves nothing. What is not ours stops entries and is never touched.
"""

from typing import Final, assert_never

from system.domain.book import INFERRED, UNTOLD, Execution, is_new, split_id
from system.domain.intent import Order, is_moved, mistakes, reason, terms
from system.domain.order_draft import Draft
from system.domain.order_events import (
    CommissionTold,
    Corrected,
    ErrorTold,
    ExecutionTold,
    Filled,
    NextIdTold,
    OpenOrderTold,
    PositionTold,
    StatusTold,
    Told,
)
from system.domain.order_state import OF_A_CANCEL, PROVEN, REFUSED, REMARKS, STATUSES, Happening, OrderState, hint
from system.domain.position import Fill
from system.domain.settings import MINUTE_S, SECOND_NS

COMMISSION_NS: Final = 2 * MINUTE_S * SECOND_NS  # it is told again whenever executions are asked for
ENDED = ("Filled", "Cancelled", "ApiCancelled", "Inactive")


def take(draft: Draft, told: Told) -> None:
    """Take a report of this connection."""
    match told:
        case OpenOrderTold():
            take_open_order(draft, told)
        case StatusTold():
            order = _find(draft, told.client_id, told.order_id)
            if order is not None:
                _take_status(draft, order, told)
        case ExecutionTold():
            take_execution(draft, told)
        case CommissionTold():
            _take_commission(draft, told)
        case ErrorTold():
            _error(draft, told)
        case NextIdTold():
            draft.set(next_id=max(draft.state.next_id, told.order_id))
        case PositionTold():
            take_position(draft, told.contracts)
        case _:
            assert_never(told)


def take_position(draft: Draft, contracts: int) -> None:
    """The broker's position, asked for or not."""
    draft.set(told_contracts=contracts, told=draft.state.records)


def _find(draft: Draft, client_id: int, order_id: int) -> Order | None:
    bracket = draft.state.bracket
    return bracket.order(order_id) if bracket is not None and client_id == draft.rules.client_id else None


def _take_status(draft: Draft, order: Order, told: StatusTold) -> None:
    if _same_order(draft, order, told.perm_id):
        _status(draft, draft.order(order.order_id), told.status, told.filled, told.remaining)
    elif told.status in ENDED and draft.order(order.order_id).is_live:
        draft.see(draft.order(order.order_id), Happening.DOUBT)  # one of two has ended: ask what is left


def _same_order(draft: Draft, order: Order, perm_id: int) -> bool:
    """Whether a permId is the order's, which its first report sets. A second one is a second live order (F25).

    Then it is asked what there is, and cancelled by the id until one is left, or none.
    """
    if perm_id in (0, order.perm_id):
        return True
    if not order.perm_id:
        draft.set_order(order, perm_id=perm_id)
        return True
    if not order.doubles:
        order = draft.set_order(order, doubles=1, doubled=1)
        if order.state is not OrderState.FILLED:
            draft.see(order, Happening.DOUBT)
        draft.alert("double_order", f"order {order.order_id} has two permIds, {order.perm_id} and {perm_id}")
        draft.halt("two live orders under one id")
    return False


# open orders and statuses


def take_open_order(draft: Draft, told: OpenOrderTold, answers: int | None = None) -> None:
    """An open order, told by itself or in answer to the question of that number."""
    ref, order = told.terms.ref, _find(draft, told.client_id, told.terms.order_id)
    if told.client_id == draft.rules.client_id:  # an id that the broker has seen is never used again
        draft.set(next_id=max(draft.state.next_id, told.terms.order_id + 1))
    if order is None or ref != draft.bracket.ref:
        take_foreign(draft, told.perm_id, is_live=told.status not in ENDED, ref=ref)
        return
    if answers is not None and answers < order.seen:
        return  # older than what is known
    if not _same_order(draft, order, told.perm_id):
        return
    order = draft.order(order.order_id)
    filled = max(order.filled, order.told_filled)
    wrong = mistakes(terms(ref, order), told.terms)
    is_old = wrong == "limit_ticks" and is_moved(draft.bracket, order)  # from before its move, which is on its way
    remaining = max(0, told.terms.contracts - filled)
    if order.is_live:
        if wrong and not order.wrong and not is_old:
            text = f"order {order.order_id} rests at the broker with another {wrong}"
            draft.alert("order_differs", text)
            draft.halt(text)  # the next one would as well, and each costs a spread
        proof = told.status if told.status in PROVEN and not is_old else order.proof
        order = draft.set_order(order, proof=proof, wrong="" if is_old else wrong)
    _status(draft, order, told.status, order.told_filled, remaining, is_answer=answers is not None)


def take_doubles(draft: Draft, order: Order, told: list[OpenOrderTold]) -> None:
    """What open orders there are under an id that had two."""
    perm_ids = [one.perm_id for one in told if one.terms.order_id == order.order_id]
    if len(perm_ids) == 1:
        order = draft.set_order(order, perm_id=perm_ids[0])
    draft.set_order(order, doubles=max(0, len(perm_ids) - 1))


def take_foreign(draft: Draft, perm_id: int, *, is_live: bool, ref: str = "") -> None:
    """An order that no bracket in hand knows."""
    if is_live == (perm_id in draft.state.foreign_orders):
        return
    draft.note("foreign", perm_id=perm_id, live=int(is_live))
    if is_live:
        whose = f"of the finished bracket {ref}" if ref in draft.state.past else "not ours"
        draft.alert("foreign_order", f"order with permId {perm_id}, {whose}: no entries while it lives")


def _status(draft: Draft, order: Order, status: str, filled: int, remaining: int, *, is_answer: bool = False) -> None:
    """What a status makes of an order; sizes filled never fall.

    Once a code has hinted at its end, only an answer to a later question shows that it lives.
    """
    if order.state is OrderState.FILLED:
        return
    order = draft.set_order(order, told_filled=max(order.told_filled, filled), remaining=remaining)
    if status == "Filled":
        _filled(draft, draft.set_order(order, hint="filled"))
        return
    happening = STATUSES.get(status, Happening.DOUBT)
    if happening is Happening.CANCEL or (status == "Inactive" and order.hint == "rejected"):
        _end(draft, order, happening)
    elif not order.is_live:  # told of again after its end: late, or alive after all
        draft.see(order, Happening.DOUBT, hint="")
    elif status == "Inactive":
        if not (is_answer and order.hint == "inactive"):  # else it is there to be cancelled by its id
            draft.see(order, Happening.DOUBT, hint="inactive")
    elif happening is Happening.DOUBT:
        draft.see(order, Happening.DOUBT)
    elif not order.doubles and (is_answer or order.hint in ("", "inactive")):
        if happening is Happening.ACKNOWLEDGE and order.filled:
            happening = Happening.ACKNOWLEDGE_PARTLY
        draft.see(order, happening, hint="")


def _filled(draft: Draft, order: Order) -> None:
    """The broker says that it filled: the executions have to say so too."""
    if order.is_live and 0 < order.told_filled <= order.filled and not order.doubles:
        draft.see(order, Happening.FILL_ALL)


def _end(draft: Draft, order: Order, happening: Happening) -> None:
    """The broker says that it is over: so it is, unless executions are missing or there are two of it."""
    if not order.is_live:
        return
    end = "rejected" if order.hint in ("rejected", "inactive") or happening is not Happening.CANCEL else "canceled"
    if order.told_filled > order.filled or order.doubles:
        draft.see(order, Happening.DOUBT, hint=end)
    else:
        draft.see(order, Happening.REJECT if end == "rejected" else Happening.CANCEL)


def _error(draft: Draft, told: ErrorTold) -> None:
    """A code never ends an order: it is in doubt until the broker, asked, tells of it or does not know it."""
    order = _find(draft, draft.rules.client_id, told.order_id)
    if order is None or not order.is_live or told.code in REMARKS:
        return
    end = hint(told.code, told.text)
    if end == "canceled" and told.code in OF_A_CANCEL and not order.cancels:
        end = ""  # nobody has asked: whatever it is, it is not the answer that would prove something
    if order.hint == "inactive" and end == "canceled":
        end = "rejected"
    if told.code == REFUSED and order.hint != "rejected":
        draft.alert("order_refused", f"{order.role.value} order {order.order_id}: {told.code} {told.text}")
    draft.see(order, Happening.DOUBT, hint=end or order.hint)


# commissions


def _take_commission(draft: Draft, told: CommissionTold) -> None:
    """Note what is new; one that comes ahead of its execution comes again with the next answer."""
    found = draft.state.book.executions.get(split_id(told.exec_id)[0])
    if found is None or told.cents is None or told.cents == found.commission_cents:
        return
    draft.note("commission", exec_id=told.exec_id, cents=told.cents)
    expected = found.contracts * draft.rules.commission_cents
    if found.contracts and told.cents != expected:
        text = f"execution {told.exec_id} cost {told.cents / 100:.2f} USD; configured: {expected / 100:.2f}"
        draft.alert("commission_differs", text)


def miss_commissions(draft: Draft) -> None:
    """Say once of each commission that it does not come."""
    for stem, found in draft.state.book.executions.items():
        overdue = found.commission_cents == UNTOLD and draft.now_ns - found.ts_ns >= COMMISSION_NS
        if overdue and not stem.startswith(INFERRED):
            exec_id = f"{stem}.{found.revision:02d}"
            draft.note("commission", exec_id=exec_id)
            draft.alert(
                "commission_missing", f"no commission was told for execution {exec_id}; the configured one counts"
            )


# executions


def take_execution(draft: Draft, told: ExecutionTold) -> None:
    """Book an execution of ours once, whichever way it came."""
    state, bracket = draft.state, draft.state.bracket
    if not is_new(state.book, told.exec_id):
        return
    if told.ref not in state.past and (bracket is None or told.ref != bracket.ref):
        if told.exec_id not in state.foreign_executions:
            draft.note("foreign_execution", exec_id=told.exec_id)
            draft.alert("foreign_execution", f"execution {told.exec_id} of {told.contracts} contracts is not ours")
        return
    before = state.book.executions.get(split_id(told.exec_id)[0])
    order = _find(draft, told.client_id, told.order_id)
    if bracket is None or told.ref != bracket.ref:
        order = None
    held = state.book.position
    draft.note(
        "execution",
        exec_id=told.exec_id,
        order_id=order.order_id if order is not None else 0,
        ref=told.ref,
        side=told.side,
        contracts=told.contracts,
        price_ticks=told.price_ticks,
        ts_ns=told.ts_ns,
    )
    if before is not None:
        draft.alert("execution_corrected", f"execution {told.exec_id} replaces an earlier one")
        _tell_correction(draft, before, told, order)
    if order is None and (before is None or before.signed != told.side * told.contracts):
        draft.alert("stray_execution", f"execution {told.exec_id} of {told.ref} belongs to no order in hand")
        draft.halt("an execution of a finished order")
    if order is None:
        return
    _same_order(draft, draft.order(order.order_id), told.perm_id)
    _count(draft, draft.order(order.order_id))
    if before is None:
        tell_fill(draft, order, told.contracts, told.price_ticks, told.ts_ns, held)


def _count(draft: Draft, order: Order) -> None:
    """What the executions so far make of an order."""
    if order.state is OrderState.FILLED:
        return
    if order.filled >= order.contracts and not order.doubles:
        draft.see(order, Happening.FILL_ALL)
        return
    order = draft.happen(order, Happening.FILL) if order.is_live else draft.see(order, Happening.FILL, hint="")
    if order.hint == "filled":
        _filled(draft, order)


def _tell_correction(draft: Draft, before: Execution, told: ExecutionTold, order: Order | None) -> None:
    """Tell the gate of another price; another size it finds out by comparing, and halts."""
    by_ticks = told.price_ticks - before.price_ticks
    if by_ticks and before.signed == told.side * told.contracts:
        why = None if order is None else reason(draft.bracket, order)
        draft.commands.append(
            Corrected(now_ns=draft.now_ns, side=told.side, contracts=told.contracts, by_ticks=by_ticks, reason=why)
        )


def tell_fill(
    draft: Draft, order: Order, contracts: int, price_ticks: int, ts_ns: int, held: int, *, inferred: bool = False
) -> None:
    """Tell the gate of a fill: of an exit no more than closes what was `held`, for the rest is no part of a trade."""
    why = reason(draft.bracket, order)
    told = contracts if why == "entry" else min(contracts, max(0, -order.side * held))
    if told:
        fill = Fill(ts_ns=ts_ns, side=order.side, contracts=told, price_ticks=price_ticks, reason=why)
        draft.commands.append(Filled(fill=fill, inferred=inferred))
