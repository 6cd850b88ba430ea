"""The link brain: one connection at a time, judged by what it proves, dialled again by rule, given up out loud.

`step(state, event, rules)` gives the next state and the commands, in order. Only it asks for dials. Nothing that a code
says is believed: 1101 and 1102 lead to questions, and the gate opens on their answers and on ticks.
"""

from typing import Final, assert_never

from system.domain import link_words as words
from system.domain.data_health import BROKEN, MENDED, farm_name
from system.domain.link_draft import Draft
from system.domain.link_events import (
    Abort,
    AccountRefused,
    ClockJumped,
    ClockTicked,
    CodeTold,
    Connected,
    ConnectionLost,
    ContractLeft,
    DataFlowing,
    DialFailed,
    HeartbeatAnswered,
    LinkCommand,
    LinkEvent,
    MarketHalted,
    OwnEvent,
    Reconciled,
    Started,
    StopAsked,
    StreamRefused,
    Verified,
    WireEvent,
)
from system.domain.link_follow import follow
from system.domain.link_state import (
    CONNECTED,
    ENDED,
    LIVE,
    NEVER_NS,
    IllegalTransitionError,
    LinkRules,
    LinkState,
    Phase,
    Step,
)

CUT: Final = frozenset({1100, 2110})
DATA_LOST: Final = 1101
DATA_KEPT: Final = 1102
CLIENT_ID_IN_USE: Final = 326
NOT_BY_TICK: Final = frozenset({10189, 10190})  # no right to tick-by-tick data, or too many requests for it


def step(state: LinkState, event: LinkEvent, rules: LinkRules) -> tuple[LinkState, list[LinkCommand]]:
    """The state after an event, and what is to be done, in this order. Time never goes back.

    Raises IllegalTransitionError for what cannot be, among it news of a connection that was never dialled.
    """
    assert event.now_ns >= state.now_ns > -1, "time went back"
    draft = Draft(state, event.now_ns, rules)
    if isinstance(event, OwnEvent):
        if state.phase not in ENDED:
            draft.settle()
            own(draft, event)
    else:
        if event.generation > state.generation:
            raise IllegalTransitionError(f"connection {event.generation} was never dialled")
        if event.generation == state.generation and state.phase in LIVE:
            draft.settle()
            wire(draft, event)
    follow(draft)
    return draft.timed(), draft.commands


def due_ns(state: LinkState, rules: LinkRules) -> int:
    """When the next ClockTicked is due, at the latest: a deadline, or a clock mark."""
    spell = rules.hours.at(state.now_ns)
    times = [state.dial_due_ns, state.sync_due_ns, spell.until_ns, state.now_ns + rules.mark_ns]
    if state.phase in CONNECTED:
        times.append(state.sent_ns + rules.probe_deadline_ns if state.is_probing else next_probe_ns(state, rules))
        stalls = state.data.stall_due_ns(spell.opened_ns, rules.stall_ns)
        times += (time_ns for time_ns in stalls if time_ns > state.now_ns)
    return max(state.now_ns, min(times))


def next_probe_ns(state: LinkState, rules: LinkRules) -> int:
    """When to probe again: on the beat of the clock marks, so that one wake-up serves both."""
    return (state.sent_ns // rules.probe_ns + 1) * rules.probe_ns


def own(draft: Draft, event: OwnEvent) -> None:
    """What does not come from a connection."""
    match event:
        case Started():
            draft.move(Step.START)
            draft.set(unready_ns=draft.now_ns, owed_ns=draft.now_ns)
            draft.dial()
        case ClockTicked():
            tick(draft)
        case ClockJumped():
            jump(draft, event.slept_ns)
        case StopAsked():
            if draft.state.phase in LIVE:
                draft.do(Abort(generation=draft.state.generation))
            draft.move(Step.STOP)
            draft.rest()
        case _:
            assert_never(event)


def wire(draft: Draft, event: WireEvent) -> None:
    """News of the present connection."""
    match event:
        case DialFailed():
            draft.fall(Step.FAIL, event.reason)
        case ConnectionLost():
            draft.fall(Step.LOSE, event.reason)
        case ContractLeft():
            draft.renew()
        case Connected():
            draft.move(Step.CONNECT)
            if draft.state.cut_ns:
                draft.move(Step.CUT)
            draft.probe()
        case Verified() | AccountRefused() | Reconciled():
            proof(draft, event)
        case HeartbeatAnswered():
            answered(draft, event.server_ns)
        case CodeTold():
            told(draft, event.code, event.text)
        case DataFlowing() | StreamRefused() | MarketHalted():
            market(draft, event)
        case _:
            assert_never(event)


def proof(draft: Draft, event: Verified | AccountRefused | Reconciled) -> None:
    """Whose account it is, and that the books agree. The books are asked for once the account is known."""
    match event:
        case Verified():
            draft.move(Step.VERIFY)
            draft.set(is_verified=True)
            if draft.state.phase is Phase.SYNCING:
                draft.reconcile()
        case AccountRefused():
            draft.refuse(event.reason)
        case Reconciled():
            reconciled(draft, event.number)
        case _:
            assert_never(event)


def reconciled(draft: Draft, number: int) -> None:
    """Only the answer to the last question counts, and none while TWS is cut off: it may be of before the loss."""
    if number > draft.state.number:
        raise IllegalTransitionError(f"question {number} was never asked")
    if number == draft.state.number and draft.state.phase is not Phase.CUT_OFF:
        draft.move(Step.RECONCILE)
        draft.set(is_reconciled=True, sync_due_ns=NEVER_NS)


def market(draft: Draft, event: DataFlowing | StreamRefused | MarketHalted) -> None:
    """What is seen of the market moves data health and nothing else."""
    data = draft.state.data
    match event:
        case DataFlowing():
            draft.move(Step.FLOW)
            draft.set(data=data.ticked(event.stream, draft.now_ns))
        case StreamRefused():
            draft.move(Step.TELL)
            refused(draft, event)
        case MarketHalted():
            draft.move(Step.TELL)
            draft.set(data=data.halted(event.is_halted, draft.now_ns))
        case _:
            assert_never(event)


def refused(draft: Draft, event: StreamRefused) -> None:
    """A stream does not come; where that is allowed, it may come sampled."""
    data = draft.state.data
    denied = data.denied(event.stream, f"{event.code} {event.text}", draft.now_ns)
    draft.set(data=denied)
    before, after = data.stream(event.stream), denied.stream(event.stream)
    if draft.rules.allow_sampled and event.code in NOT_BY_TICK and after.refused and not before.is_sampled:
        draft.set(data=denied.sampled(event.stream))
        draft.do(words.sampled(draft.state, event.stream, event.code, event.text))
    elif after.refused and not before.refused:
        draft.do(words.stream_refused(draft.state, event.stream, event.code, event.text))


def told(draft: Draft, code: int, text: str) -> None:
    """A code moves what it is about, and only to a worse state; for the better there has to be proof."""
    state = draft.state
    if code in CUT:
        draft.move(Step.CUT)
        draft.set(is_reconciled=False, cut_ns=state.cut_ns or draft.now_ns)
        if state.was_ready:
            draft.set(sync_due_ns=NEVER_NS)  # tearing this connection down would mend nothing: patience
    elif code in (DATA_LOST, DATA_KEPT):
        restored(draft, is_data_lost=code == DATA_LOST)
    elif code == CLIENT_ID_IN_USE and state.phase is Phase.DIALLING:
        draft.do(Abort(generation=state.generation))
        draft.fall(Step.FAIL, words.CLIENT_ID_IN_USE)
    else:
        draft.move(Step.TELL)
        if code in BROKEN or code in MENDED:
            draft.set(data=state.data.farm_told(code, farm_name(text), draft.now_ns))


def restored(draft: Draft, *, is_data_lost: bool) -> None:
    """TWS says that it has IB again. It said nothing of what was missed, and "data kept" is not proof of ticks."""
    draft.move(Step.RESTORE)
    data = draft.state.data
    draft.set(cut_ns=0, data=(data.lost if is_data_lost else data.doubted)(draft.now_ns))
    if draft.state.phase is Phase.SYNCING:
        draft.set(sync_due_ns=min(draft.state.sync_due_ns, draft.now_ns + draft.rules.sync_ns))
        if draft.state.is_verified:
            draft.reconcile()


def answered(draft: Draft, server_ns: int) -> None:
    """The other side lives, as of the time that the question left."""
    draft.move(Step.ANSWER)
    state = draft.state
    if not state.is_probing:
        return
    skew_ns = server_ns - draft.now_ns
    draft.set(is_probing=False, answered_ns=state.sent_ns, skew_ns=skew_ns)
    is_skewed = abs(skew_ns) > draft.rules.skew_alarm_ns
    if is_skewed and not state.is_skewed:
        draft.do(words.skewed(draft.state))
    draft.set(is_skewed=is_skewed)


def tick(draft: Draft) -> None:
    """At most one deadline at a time; the next mark finds the next."""
    state, rules = draft.state, draft.rules
    if state.phase in (Phase.DOWN, Phase.WAITING):
        is_over = state.phase is Phase.WAITING and not draft.spell.is_quiet
        if draft.now_ns >= state.dial_due_ns or is_over:
            draft.move(Step.DIAL)
            draft.dial()
    elif draft.now_ns >= state.sync_due_ns:
        draft.tear_down(words.too_slow(state, rules))
    elif state.phase in CONNECTED:
        if state.is_probing and draft.now_ns >= state.sent_ns + rules.probe_deadline_ns:
            draft.tear_down(words.NO_HEARTBEAT)
        elif state.phase is Phase.CUT_OFF and draft.now_ns >= state.owed_ns + rules.patience_ns:
            draft.set(is_stable=False)  # counts, however good this connection has been
            draft.tear_down(words.CUT_OFF)
        elif not state.is_probing and draft.now_ns >= next_probe_ns(state, rules):
            draft.probe()


def jump(draft: Draft, slept_ns: int) -> None:
    """After a sleep a connection is a memory (F68)."""
    if draft.state.phase in LIVE:
        draft.do(words.slept(draft.timed(), slept_ns))
        draft.tear_down(words.SLEPT)
    elif draft.state.phase is not Phase.IDLE:
        draft.set(dial_due_ns=draft.now_ns)
        tick(draft)
