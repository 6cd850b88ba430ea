"""What a human is told of the link: what is known, since when, and what is not."""

from typing import Final

from system.domain.data_health import Stream
from system.domain.link_events import Alert
from system.domain.link_state import LinkRules, LinkState
from system.domain.settings import SECOND_NS

OTHER_SESSION: Final = 10197
CLIENT_ID_IN_USE: Final = "the client id is in use: end the other program that uses it, else restart TWS or Gateway"
NO_HEARTBEAT: Final = "the connection stands, but a question for the time was not answered"
CUT_OFF: Final = "TWS is there, but has had no connection to IB for too long"
SLEPT: Final = "this machine slept"
RESTS: Final = "orders that the broker has confirmed rest there and protect as far as they go"
BOOKS: Final = "what has filled, which orders work and what the position is, from then on"


def too_slow(state: LinkState, rules: LinkRules) -> str:
    """Why a connection that is not proven in time is torn down."""
    missing = "the books" if state.is_verified else "the account" if state.sent_ns else "an answer to the greeting"
    return f"{missing} did not come within {seconds(rules.sync_ns)}"


def gave_up(state: LinkState) -> Alert:
    """After the last try."""
    tries = f"{state.failures} tries to reach TWS, or to keep it, failed, the last: {state.failure}"
    return Alert(
        name="link_gave_up",
        known=f"{tries}; nothing more is sent, {RESTS}",
        since_ns=state.unready_ns,
        unknown=BOOKS,
    )


def refused(state: LinkState, reason: str) -> Alert:
    """The account is another."""
    return Alert(
        name="account_refused",
        known=f"TWS is not the one that was asked for: {reason}; nothing was sent to it",
        since_ns=state.now_ns,
        unknown="the books of the account that was asked for",
    )


def not_ready(state: LinkState) -> Alert:
    """It should be, by now."""
    why = f", the last failure: {state.failure}" if state.failure else ""
    lacking = "; ".join(lacks(state))
    return Alert(
        name="link_not_ready",
        known=f"the link is {state.phase.value}{why}; no entries are made, {RESTS}",
        since_ns=state.unready_ns,
        unknown=lacking or BOOKS,
    )


def lacks(state: LinkState) -> list[str]:
    """What a connection that is there has not proven."""
    if not state.sent_ns:
        return []
    silent = [stream.name for stream in state.data.streams if not stream.told_ns]
    proofs = {
        "whose account it is": state.is_verified,
        BOOKS: state.is_reconciled,
        f"the market: no {' and no '.join(silent)}": not silent,
    }
    return [words for words, is_known in proofs.items() if not is_known]


def stalled(state: LinkState, streams: list[Stream], opened_ns: int) -> Alert:
    """An open market says nothing."""
    broken = [farm.name or "one without a name" for farm in state.data.farms]
    farms = f"; farms said to be broken: {', '.join(broken)}" if broken else ""
    return Alert(
        name="data_stalled",
        known=f"no {' and no '.join(stream.name for stream in streams)} although the market is open{farms}; no entries",
        since_ns=min(max(stream.expected_ns, stream.told_ns, opened_ns) for stream in streams),
        unknown="the market; what IB holds of ours is judged by its own channel",
    )


def stream_refused(state: LinkState, name: str, code: int, text: str) -> Alert:
    """TWS does not give a stream."""
    other = " (another login takes the data: give this program a user of its own)" if code == OTHER_SESSION else ""
    return Alert(
        name="data_refused",
        known=f"TWS refuses {name}: {code} {text}{other}; no entries until it comes",
        since_ns=state.now_ns,
        unknown="the market",
    )


def sampled(state: LinkState, name: str, code: int, text: str) -> Alert:
    """A stream is taken as TWS samples it."""
    return Alert(
        name="data_sampled",
        known=f"TWS refuses {name} tick by tick: {code} {text}; it is asked for sampled, which is allowed here",
        since_ns=state.now_ns,
        unknown="what happens within a sample: signals differ from those on every tick",
    )


def skewed(state: LinkState) -> Alert:
    """Two clocks differ."""
    ahead_s = state.skew_ns / SECOND_NS
    return Alert(
        name="clock_skew",
        known=f"TWS's clock is {abs(ahead_s):.0f} s {'ahead of' if ahead_s > 0 else 'behind'} this machine's",
        since_ns=state.now_ns,
        unknown="which of them is right: set this machine's by NTP",
    )


def slept(state: LinkState, slept_ns: int) -> Alert:
    """The machine was away, and with it all that was known."""
    return Alert(
        name="machine_slept",
        known=f"this machine slept for {seconds(slept_ns)}; the connection is made anew, {RESTS}",
        since_ns=max(0, state.now_ns - slept_ns),
        unknown=BOOKS,
    )


def seconds(span_ns: int) -> str:
    """`10 s`, `0.5 s`."""
    return f"{span_ns / SECOND_NS:g} s"
