"""The entry gate: everything that has to be true at once before an entry may be placed.

It is asked with the time of the placement itself: what was true at the last clock mark may be over. Exits never ask it.
"""

from collections.abc import Iterator

from system.domain.link_state import LinkRules, LinkState, Phase


def shut_because(state: LinkState, now_ns: int, rules: LinkRules) -> tuple[str, ...]:
    """Why no entry may be placed at `now_ns`; empty where one may."""
    return (*_of_link(state, now_ns, rules), *_of_market(state, now_ns, rules))


def _of_link(state: LinkState, now_ns: int, rules: LinkRules) -> Iterator[str]:
    if state.phase is not Phase.READY:
        yield f"the link is {state.phase.value}"
        return
    assert state.is_verified, "READY without an account"
    assert state.is_reconciled, "READY without books"
    if not state.answered_ns or now_ns - state.answered_ns > rules.probe_age_ns:
        yield "no heartbeat"
    if abs(state.skew_ns) > rules.skew_max_ns:
        yield "the clocks differ"


def _of_market(state: LinkState, now_ns: int, rules: LinkRules) -> Iterator[str]:
    spell = rules.hours.at(now_ns)
    if not spell.is_open:
        yield "the market is closed"
    if spell.window:
        yield f"maintenance: {spell.window}"
    if spell.ahead:
        yield f"soon maintenance: {spell.ahead}"
    if state.data.is_halted:
        yield "the market is halted"
    yield from state.data.faults(now_ns, spell.opened_ns, rules.stall_ns)
