"""The connection's life: dials and their count, READY and its proofs, the end."""

from itertools import product

import pytest

from system.domain.link import due_ns, step
from system.domain.link_events import (
    Abort,
    AccountRefused,
    Alert,
    ClockTicked,
    Connected,
    ConnectionLost,
    Dial,
    DialFailed,
    GiveUp,
    HeartbeatAnswered,
    LinkEvent,
    Probe,
    Reconcile,
    Reconciled,
    ShutGate,
    Started,
    StopAsked,
    Subscribe,
    Verified,
)
from system.domain.link_state import TRANSITIONS, IllegalTransitionError, LinkRules, Phase, Step, advance, first
from tests.domain.link_world import World
from tests.domain.tape import NOON, S, new_york

LIVE = "dialling syncing ready cut_off"
TABLE = {
    "idle": {"START": "dialling", "STOP": "stopped"},
    "dialling": {
        "FAIL": "down",
        "CONNECT": "syncing",
        "TELL": "dialling",
        "CUT": "dialling",
        "RESTORE": "dialling",
        "STOP": "stopped",
    },
    "syncing": {
        "VERIFY": "syncing",
        "REFUSE": "refused",
        "RECONCILE": "syncing",
        "FLOW": "syncing",
        "ANSWER": "syncing",
        "TELL": "syncing",
        "PROVE": "ready",
        "CUT": "cut_off",
        "RESTORE": "syncing",
        "LOSE": "down",
        "STOP": "stopped",
    },
    "ready": {
        "FLOW": "ready",
        "ANSWER": "ready",
        "TELL": "ready",
        "CUT": "cut_off",
        "RESTORE": "syncing",
        "LOSE": "down",
        "STOP": "stopped",
    },
    "cut_off": {
        "VERIFY": "cut_off",
        "REFUSE": "refused",
        "FLOW": "cut_off",
        "ANSWER": "cut_off",
        "TELL": "cut_off",
        "CUT": "cut_off",
        "RESTORE": "syncing",
        "LOSE": "down",
        "STOP": "stopped",
    },
    "down": {"DIAL": "dialling", "WAIT": "waiting", "GIVE_UP": "gave_up", "STOP": "stopped"},
    "waiting": {"DIAL": "dialling", "STOP": "stopped"},
}


@pytest.mark.parametrize(("phase", "happened"), list(product(Phase, Step)))
def test_a_step_leads_where_the_table_says_or_is_refused(phase: Phase, happened: Step) -> None:
    after = TABLE.get(phase.name.lower(), {}).get(happened.name)
    if after is not None:
        assert advance(phase, happened) is Phase[after.upper()]
    else:
        assert (phase, happened) not in TRANSITIONS
        with pytest.raises(IllegalTransitionError, match=f"{happened.value} while {phase.value}"):
            advance(phase, happened)


def test_it_is_ready_when_account_books_and_both_streams_are_proven() -> None:
    world = World().start()
    assert [type(command) for _, command in world.log if isinstance(command, Dial | Reconcile | Subscribe)] == [
        Dial,
        Reconcile,
        Subscribe,
    ]
    assert world.run(14.9).phase is Phase.SYNCING  # the second stream is not asked for yet
    assert world.run(1).phase is Phase.READY
    assert world.state.is_open
    assert world.gate() == [True]
    assert world.alerts() == []


def test_a_closed_market_has_no_ticks_to_prove_it_with() -> None:
    world = World(new_york("2024-01-06 12:00:00"))  # a Saturday
    world.ticking.clear()
    assert world.start().run(15).phase is Phase.READY
    assert world.state.shut_because == ("the market is closed", "Last is silent", "BidAsk is silent")


def test_gives_up_after_the_fifth_failed_dial() -> None:
    world = World()
    world.does.clear()
    world.start().run(600)
    assert world.times(Dial) == [0, 10, 20, 30, 40]
    assert world.phase is Phase.GAVE_UP
    assert world.statuses() == [3]
    assert world.times(GiveUp) == [40]


def test_a_dial_that_is_never_answered_is_given_ten_seconds() -> None:
    world = World()
    world.does.clear()
    world.refusal = ""
    world.start().run(600)
    assert world.times(Dial) == [0, 20, 40, 60, 80]
    assert world.times(Abort) == [10, 30, 50, 70, 90]
    assert world.statuses() == [3]
    assert world.state.failure == "an answer to the greeting did not come within 10 s"


@pytest.mark.parametrize(("missing", "words"), [("verifies", "the account"), ("books", "the books")])
def test_a_connection_that_is_not_proven_in_ten_seconds_is_a_failed_try(missing: str, words: str) -> None:
    world = World()
    world.does.remove(missing)
    world.start().run(600)
    assert world.times(Dial) == [0, 20, 40, 60, 80]
    assert world.times(GiveUp) == [90]
    assert world.state.failure == f"{words} did not come within 10 s"
    assert not world.gate()


def test_a_try_succeeds_however_late() -> None:
    world = World()
    world.does.clear()
    world.start().run(39)
    world.does |= {"dials", "verifies", "books", "beats"}
    assert world.run(20).phase is Phase.READY
    assert world.state.failures == 4


def test_the_number_of_tries_and_the_pause_are_settings() -> None:
    world = World(tries=2, pause_ns=3 * S)
    world.does.clear()
    world.start().run(60)
    assert world.times(Dial) == [0, 3]
    assert world.phase is Phase.GAVE_UP


def test_giving_up_says_what_is_known_since_when_and_what_is_not() -> None:
    world = World().ready().run(75)
    lost_s = world.now_s
    world.does.clear()
    world.lose().run(100)
    alert = world.all(Alert)[-1]
    assert str(alert) == (
        "link_gave_up: 5 tries to reach TWS, or to keep it, failed, the last: refused; nothing more is sent, orders that the broker "
        "has confirmed rest there and protect as far as they go; since 2024-01-03 17:01:31 UTC; not known: what has "
        "filled, which orders work and what the position is, from then on"
    )
    assert alert.since_ns == world.start_ns + round(lost_s * S)


def test_a_stable_connection_that_is_lost_is_dialled_at_once_and_has_all_its_tries() -> None:
    world = World().ready().run(60)
    world.does.clear()
    world.lose().run(0)
    assert world.times(Dial)[1:] == [world.now_s]
    world.run(100)
    assert len(world.times(Dial)) == 1 + 5


def test_a_stable_minute_resets_the_count() -> None:
    world = World()
    world.does.clear()
    world.start().run(25)
    assert world.state.failures == 3
    world.does |= {"dials", "verifies", "books", "beats"}
    world.until(Phase.READY, 30).run(59)
    assert world.state.failures == 3
    world.run(1)
    assert world.state.failures == 0


@pytest.mark.parametrize(("up_s", "failures"), [(59.9, 1), (60, 0)])
def test_a_connection_lost_before_its_minute_is_over_counts_as_a_failed_try(up_s: float, failures: int) -> None:
    world = World().start().until(Phase.READY, 20)
    world.run(up_s - (world.now_ns - world.state.ready_ns) / S).lose()
    assert world.state.failures == failures


def test_a_connection_that_flaps_ends_in_giving_up() -> None:
    world = World().start()
    for _ in range(5):
        world.until(Phase.READY, 30).run(20).lose("flapping")
    assert world.phase is Phase.GAVE_UP
    assert world.all(Alert)[-1].since_ns == world.now_ns


def test_a_generation_is_never_used_twice() -> None:
    world = World().start()
    for _ in range(20):
        world.run(90).lose().run(0)
    assert [dial.generation for dial in world.all(Dial)] == list(range(1, 22))


@pytest.mark.parametrize("phase", [Phase[name.upper()] for name in [*LIVE.split(), "down", "waiting", "idle"]])
def test_a_stop_ends_it_from_anywhere(phase: Phase) -> None:
    world = World(new_york("2024-01-06 12:00:00") if phase is Phase.WAITING else World().start_ns)
    if phase in (Phase.DIALLING, Phase.DOWN, Phase.WAITING):
        world.does.clear()
        world.refusal = "" if phase is Phase.DIALLING else "refused"
    if phase is not Phase.IDLE:
        world.start()
    if phase in (Phase.READY, Phase.CUT_OFF):
        world.run(20)
    if phase is Phase.CUT_OFF:
        world.lose_ib()
    assert world.phase is phase
    live = phase.name.lower() in LIVE
    world.log.clear()
    world.tell(StopAsked(now_ns=world.now_ns))
    assert world.phase is Phase.STOPPED
    assert len(world.all(Abort)) == live
    assert len(world.all(ShutGate)) == (phase is Phase.READY)
    world.log.clear()
    world.tell(StopAsked(now_ns=world.now_ns)).tell(Started(now_ns=world.now_ns)).run(300)
    assert world.log == []


def test_shutting_the_gate_comes_first_and_opening_it_last() -> None:
    world = World().ready().run(60)
    world.log.clear()
    world.tell(StopAsked(now_ns=world.now_ns))
    assert [type(command) for _, command in world.log] == [ShutGate, Abort]
    assert world.all(ShutGate) == [ShutGate(reasons=("the link is stopped",))]


@pytest.mark.parametrize("kind", [Connected, Verified])
def test_news_of_a_connection_that_was_never_dialled_raise(kind: type[Connected | Verified]) -> None:
    world = World().ready()
    with pytest.raises(IllegalTransitionError, match="connection 2 was never dialled"):
        world.tell(kind(**world.news(1)))


def test_news_that_cannot_be_raise() -> None:
    world = World().ready()
    impossible: list[LinkEvent] = [
        Started(now_ns=world.now_ns),
        Connected(**world.news()),
        DialFailed(**world.news(), reason="no"),
        AccountRefused(**world.news(), reason="no"),
        Reconciled(**world.news(), number=1),
        Reconciled(**world.news(), number=2),
    ]
    for event in impossible:
        with pytest.raises(IllegalTransitionError):
            world.tell(event)


def test_time_does_not_go_back() -> None:
    world = World().ready()
    with pytest.raises(AssertionError, match="time went back"):
        step(world.state, ClockTicked(now_ns=world.now_ns - 1), world.rules)


def test_nothing_is_due_before_now_nor_later_than_the_next_mark() -> None:
    world = World()
    assert due_ns(first(world.rules), world.rules) == S
    world.start()
    for _ in range(100):
        assert world.now_ns <= due_ns(world.state, world.rules) <= world.now_ns + S
        world.run(0.3)


def test_a_late_answer_to_no_question_is_no_heartbeat() -> None:
    world = World().ready()
    before = world.state
    assert not before.is_probing
    world.tell(HeartbeatAnswered(**world.news(), server_ns=0))
    assert (world.state.answered_ns, world.state.skew_ns) == (before.answered_ns, before.skew_ns)


def test_rules_that_would_make_the_gate_flap_are_refused() -> None:
    world = World()
    with pytest.raises(AssertionError, match="flaps"):
        LinkRules(hours=world.rules.hours, probe_age_ns=S)


def test_a_lost_connection_before_the_handshake_is_a_failed_dial_by_name() -> None:
    world = World()
    world.does.clear()
    world.refusal = ""
    world.start()
    with pytest.raises(IllegalTransitionError, match="connection lost while dialling"):
        world.tell(ConnectionLost(**world.news(), reason="reset"))


def test_probes_are_sent_on_the_beat_of_the_clock_marks() -> None:
    world = World(NOON + 3 * S // 10).start().run(3)
    assert world.times(Probe) == [0.0, 0.7, 1.7, 2.7]
