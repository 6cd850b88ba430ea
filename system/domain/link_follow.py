"""What follows from the link's state whatever has happened: requests for data, READY, complaints, the gate."""

from system.domain import link_words as words
from system.domain.gate import shut_because
from system.domain.link_draft import Draft
from system.domain.link_events import OpenGate, Resubscribe, ShutGate, Subscribe
from system.domain.link_state import ENDED, NEVER_NS, Phase, Step


def follow(draft: Draft) -> None:
    """All of it, in this order."""
    complain_of_data(draft)
    subscribe(draft)
    become_ready(draft)
    complain_of_link(draft)
    turn_gate(draft)


def complain_of_data(draft: Draft) -> None:
    """An open market that says nothing is told of once, until everything flows again (F07)."""
    state, spell = draft.state, draft.spell
    if state.phase not in (Phase.SYNCING, Phase.READY) or not spell.is_open:
        draft.set(is_stalled=False)
        return
    stalled = list(state.data.stalled(draft.now_ns, spell.opened_ns, draft.rules.stall_ns))
    if stalled and not state.is_stalled:
        draft.do(words.stalled(state, stalled, spell.opened_ns))
    draft.set(is_stalled=bool(stalled) or (state.is_stalled and not state.data.flows))


def subscribe(draft: Draft) -> None:
    """One request at a time, spaced; TWS counts them for the instrument, whatever the stream or connection (F69)."""
    state, spell = draft.state, draft.spell
    if state.phase not in (Phase.SYNCING, Phase.READY) or not state.is_verified:
        return
    data, opened_ns = state.data, spell.opened_ns if spell.is_open else None
    while data.asked_ns is None or draft.now_ns >= data.asked_ns + draft.rules.spacing_ns:
        request = data.due(draft.now_ns, opened_ns, draft.rules.stall_ns)
        if request is None:
            break
        data = data.asked(request, draft.now_ns)
        make = Resubscribe if request.again else Subscribe
        draft.do(make(generation=state.generation, stream=request.stream, is_sampled=request.is_sampled))
    draft.set(data=data)


def become_ready(draft: Draft) -> None:
    """READY is what is proven, not what is told; a closed or halted market has nothing to prove."""
    state = draft.state
    data, is_expected = state.data, draft.spell.is_open and not state.data.is_halted
    if state.phase is Phase.SYNCING and state.is_reconciled and data.is_asked and (data.flows or not is_expected):
        draft.move(Step.PROVE)
        draft.set(was_ready=True, ready_ns=draft.now_ns, unready_ns=0, owed_ns=0, told_ns=0)


def complain_of_link(draft: Draft) -> None:
    """Not to be READY is told of as well, when it should be (F04), and again while it lasts."""
    state, rules, is_quiet = draft.state, draft.rules, draft.spell.is_quiet
    if state.phase in ENDED or state.phase in (Phase.IDLE, Phase.READY):
        return
    due_ns = state.unready_ns + rules.quiet_patience_ns if is_quiet else state.owed_ns + rules.patience_ns
    if state.told_ns:
        due_ns = NEVER_NS if is_quiet else max(due_ns, state.told_ns + rules.quiet_patience_ns)
    if draft.now_ns >= due_ns:
        draft.do(words.not_ready(state))
        draft.set(told_ns=draft.now_ns)


def turn_gate(draft: Draft) -> None:
    """Shut before anything else is done, open after it."""
    reasons = shut_because(draft.state, draft.now_ns, draft.rules)
    was_open = draft.state.is_open
    draft.set(is_open=not reasons, shut_because=reasons)
    if was_open and reasons:
        draft.commands.insert(0, ShutGate(reasons=reasons))
    elif not was_open and not reasons:
        draft.do(OpenGate(generation=draft.state.generation))
