"""The link's phases, the table of what may follow what, and all that is known of the connection.

A failure of any kind leads to DOWN; from there the same step goes on to WAITING, where TWS may be away for good reason,
or to GAVE_UP. A pair that is not in the table raises: two parts of the program disagree about what there is.
"""

from dataclasses import dataclass
from enum import Enum
from typing import Final

from system.domain.data_health import DataHealth, Stream
from system.domain.hours import Hours
from system.domain.settings import SECOND_NS

NEVER_NS: Final = 1 << 62


class Phase(Enum):
    """Where the connection is."""

    IDLE = "not started"
    DIALLING = "dialling"  # TCP and handshake, in flight
    SYNCING = "syncing"  # connected; account, books and data not all proven
    READY = "ready"
    CUT_OFF = "cut off"  # TWS answers, but has no connection to IB
    DOWN = "down"  # no connection; the next dial has its time
    WAITING = "waiting"  # no connection, and none expected: maintenance, or the market is closed
    GAVE_UP = "gave up"
    REFUSED = "refused"  # the account is not the one that was asked for
    STOPPED = "stopped"


class Step(Enum):
    """What happens to it."""

    START = "start"
    DIAL = "dial"
    FAIL = "failed dial"
    CONNECT = "connected"
    VERIFY = "account verified"
    REFUSE = "account refused"
    RECONCILE = "reconciled"
    FLOW = "data"
    ANSWER = "heartbeat answered"
    TELL = "code told"
    PROVE = "all proven"
    CUT = "connection to IB lost"
    RESTORE = "connection to IB restored"
    LOSE = "connection lost"
    WAIT = "wait"
    GIVE_UP = "give up"
    STOP = "stop"


TRANSITIONS: Final = {
    (Phase.IDLE, Step.START): Phase.DIALLING,
    (Phase.IDLE, Step.STOP): Phase.STOPPED,
    (Phase.DIALLING, Step.FAIL): Phase.DOWN,
    (Phase.DIALLING, Step.CONNECT): Phase.SYNCING,
    (Phase.DIALLING, Step.TELL): Phase.DIALLING,  # codes come before the handshake is told to be done
    (Phase.DIALLING, Step.CUT): Phase.DIALLING,  # remembered: CONNECT is then followed by CUT
    (Phase.DIALLING, Step.RESTORE): Phase.DIALLING,
    (Phase.DIALLING, Step.STOP): Phase.STOPPED,
    (Phase.SYNCING, Step.VERIFY): Phase.SYNCING,
    (Phase.SYNCING, Step.REFUSE): Phase.REFUSED,
    (Phase.SYNCING, Step.RECONCILE): Phase.SYNCING,
    (Phase.SYNCING, Step.FLOW): Phase.SYNCING,
    (Phase.SYNCING, Step.ANSWER): Phase.SYNCING,
    (Phase.SYNCING, Step.TELL): Phase.SYNCING,
    (Phase.SYNCING, Step.PROVE): Phase.READY,
    (Phase.SYNCING, Step.CUT): Phase.CUT_OFF,
    (Phase.SYNCING, Step.RESTORE): Phase.SYNCING,  # the question is asked anew: answers on their way are of before
    (Phase.SYNCING, Step.LOSE): Phase.DOWN,
    (Phase.SYNCING, Step.STOP): Phase.STOPPED,
    (Phase.READY, Step.FLOW): Phase.READY,
    (Phase.READY, Step.ANSWER): Phase.READY,
    (Phase.READY, Step.TELL): Phase.READY,  # a farm that breaks moves data health, never the phase
    (Phase.READY, Step.CUT): Phase.CUT_OFF,
    (Phase.READY, Step.RESTORE): Phase.SYNCING,  # without a cut before it: what was missed is as unknown
    (Phase.READY, Step.LOSE): Phase.DOWN,
    (Phase.READY, Step.STOP): Phase.STOPPED,
    (Phase.CUT_OFF, Step.VERIFY): Phase.CUT_OFF,
    (Phase.CUT_OFF, Step.REFUSE): Phase.REFUSED,
    (Phase.CUT_OFF, Step.FLOW): Phase.CUT_OFF,
    (Phase.CUT_OFF, Step.ANSWER): Phase.CUT_OFF,
    (Phase.CUT_OFF, Step.TELL): Phase.CUT_OFF,
    (Phase.CUT_OFF, Step.CUT): Phase.CUT_OFF,  # told again and again, hundreds of times
    (Phase.CUT_OFF, Step.RESTORE): Phase.SYNCING,
    (Phase.CUT_OFF, Step.LOSE): Phase.DOWN,
    (Phase.CUT_OFF, Step.STOP): Phase.STOPPED,
    (Phase.DOWN, Step.DIAL): Phase.DIALLING,
    (Phase.DOWN, Step.WAIT): Phase.WAITING,
    (Phase.DOWN, Step.GIVE_UP): Phase.GAVE_UP,
    (Phase.DOWN, Step.STOP): Phase.STOPPED,
    (Phase.WAITING, Step.DIAL): Phase.DIALLING,
    (Phase.WAITING, Step.STOP): Phase.STOPPED,
}
CONNECTED: Final = frozenset({Phase.SYNCING, Phase.READY, Phase.CUT_OFF})
LIVE: Final = CONNECTED | {Phase.DIALLING}
ENDED: Final = frozenset({Phase.GAVE_UP, Phase.REFUSED, Phase.STOPPED})


class IllegalTransitionError(Exception):
    """A step that the phase does not allow."""


def advance(phase: Phase, step: Step) -> Phase:
    """The phase after a step. Raises IllegalTransitionError for a pair that is not in the table."""
    try:
        return TRANSITIONS[phase, step]
    except KeyError:
        raise IllegalTransitionError(f"{step.value} while {phase.value}") from None


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkRules:
    """How long what may take, and how often what is tried. `hours` says what is expected when."""

    hours: Hours
    streams: tuple[str, ...] = ("Last", "BidAsk")
    tries: int = 5  # failed ones in a row, until it gives up
    pause_ns: int = 10 * SECOND_NS  # between a failure and the next dial
    quiet_pause_ns: int = 60 * SECOND_NS  # the same, where none is expected to succeed
    sync_ns: int = 10 * SECOND_NS  # for a dial, handshake and reconciliation included
    stable_ns: int = 60 * SECOND_NS  # in READY, after which earlier failures are forgotten
    probe_ns: int = SECOND_NS  # between two probes
    probe_deadline_ns: int = 3 * SECOND_NS
    probe_age_ns: int = 4 * SECOND_NS  # of the last answered probe, counted from its question, for the gate
    stall_ns: int = 30 * SECOND_NS  # a stream's silence in an open market
    spacing_ns: int = 15 * SECOND_NS  # between two tick-by-tick requests for one instrument
    allow_sampled: bool = False  # a stream that is refused tick by tick is asked for sampled
    patience_ns: int = (
        120 * SECOND_NS
    )  # until a link that is not READY is told of, and one that is cut off is torn down
    quiet_patience_ns: int = 7200 * SECOND_NS  # the same where it may well be so
    skew_alarm_ns: int = 2 * SECOND_NS
    skew_max_ns: int = 30 * SECOND_NS  # between TWS's clock and ours, for the gate
    mark_ns: int = SECOND_NS  # between two clock marks, at most

    def __post_init__(self) -> None:
        assert self.tries > 0
        assert self.streams
        assert self.probe_deadline_ns >= self.probe_ns
        assert self.probe_age_ns >= self.probe_ns + self.probe_deadline_ns, "else the gate flaps while all is well"


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkState:
    """All that is known. Times are 0 or NEVER_NS where there is none."""

    data: DataHealth
    phase: Phase = Phase.IDLE
    now_ns: int = 0  # of the last event
    generation: int = 0  # of the last dial
    failures: int = 0  # in a row, counted ones
    failure: str = ""  # the last one, counted or not
    dial_due_ns: int = NEVER_NS
    sync_due_ns: int = NEVER_NS  # by when account and books have to be proven
    number: int = 0  # of the last question for the books
    is_verified: bool = False
    is_reconciled: bool = False
    was_ready: bool = False  # in this generation
    is_stable: bool = False  # for a minute, in this generation
    ready_ns: int = 0  # READY since
    unready_ns: int = 0  # not READY since
    owed_ns: int = 0  # not READY, though TWS and market are expected to be there, since
    told_ns: int = 0  # the last alert that it is not READY
    cut_ns: int = 0  # TWS has no connection to IB since
    sent_ns: int = 0  # the last probe
    is_probing: bool = False  # and it is not answered
    answered_ns: int = 0  # the question of the last probe that was
    skew_ns: int = 0  # TWS's clock ahead of ours
    is_skewed: bool = False  # and that was told
    is_stalled: bool = False  # data, and that was told
    is_open: bool = False  # the gate
    shut_because: tuple[str, ...] = ("the link is not started",)


def first(rules: LinkRules) -> LinkState:
    """Nothing has been tried."""
    return LinkState(data=DataHealth(streams=tuple(Stream(name=name) for name in rules.streams)))
