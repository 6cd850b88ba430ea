"""The catalogue of failures, as far as the link can meet them: the order channel, clocks, accounts, what is told."""

import pytest

from system.domain.gate import shut_because
from system.domain.link_events import (
    Abort,
    AccountRefused,
    Alert,
    ClockJumped,
    ClockTicked,
    CodeTold,
    Connected,
    ConnectionLost,
    DataFlowing,
    Dial,
    DialFailed,
    HeartbeatAnswered,
    LinkEvent,
    OpenGate,
    Probe,
    Reconcile,
    Reconciled,
    ShutGate,
    Subscribe,
)
from system.domain.link_state import Phase
from system.domain.maintenance import Window
from system.domain.session import NEW_YORK
from tests.domain.link_world import World
from tests.domain.tape import S, new_york


def test_f03_books_that_are_not_answered_are_never_taken_for_proven() -> None:
    world = World()
    world.does.remove("books")
    world.start().run(300)
    assert world.all(OpenGate) == []
    assert world.statuses() == [3]


def test_f03_an_answer_to_an_earlier_question_proves_nothing() -> None:
    world = World().ready()
    world.does.remove("books")
    world.lose_ib().regain_ib(1102)
    asked = world.all(Reconcile)[-1].number
    world.tell(Reconciled(**world.news(), number=asked - 1))
    assert not world.state.is_reconciled
    world.tell(Reconciled(**world.news(), number=asked))
    assert world.state.is_reconciled


def test_f04_a_link_that_should_be_ready_and_is_not_is_told_of_after_two_minutes_and_again() -> None:
    world = World(quiet_patience_ns=600 * S)
    world.ticking.clear()
    world.start().run(700)
    told = [(at, alert) for at, alert in world.log if isinstance(alert, Alert) and alert.name == "link_not_ready"]
    assert [at for at, _ in told] == [120]
    assert str(told[0][1]) == (
        "link_not_ready: the link is syncing; no entries are made, orders that the broker has confirmed rest there and "
        "protect as far as they go; since 2024-01-03 17:00:00 UTC; not known: the market: no Last and no BidAsk"
    )
    world.run(30)
    assert world.alerts().count("link_not_ready") == 2
    assert world.phase is Phase.SYNCING
    assert len(world.all(Dial)) == 1  # data that does not come is no reason to give the order channel up


def test_f04_a_link_that_is_away_in_the_break_is_told_of_once_and_later() -> None:
    world = World(new_york("2024-01-06 12:00:00"), quiet_patience_ns=1800 * S)
    world.does.clear()
    world.start().run(2 * 3600)
    assert world.alerts() == ["link_not_ready"]
    assert world.times(Alert) == [1800]
    assert world.all(Alert)[0].known.startswith("the link is dialling, the last failure: refused;")


def test_f04_hundreds_of_1100_end_in_tries_that_count_and_in_giving_up() -> None:
    world = World().ready().run(60)
    world.lose_ib()
    for _ in range(833):
        if world.phase is Phase.GAVE_UP:
            break
        world.run(1)
        if world.connected:
            world.code(1100)
    assert world.phase is Phase.GAVE_UP
    assert world.now_s - 76 <= 120 + 4 * 20
    assert world.alerts() == ["link_not_ready", "link_gave_up"]


def test_f05_a_peer_that_falls_mute_is_found_within_four_seconds() -> None:
    world = World().ready().run(60)
    world.does = {"beats"}
    world.run(0.2)
    world.does.clear()
    muted = world.now_s
    world.refusal = ""
    world.run(5)
    assert world.times(Abort)[0] - muted <= 4
    assert world.state.failure == "the connection stands, but a question for the time was not answered"
    assert world.phase is Phase.DIALLING


def test_f05_a_probe_is_sent_each_second_and_never_a_second_one_beside_it() -> None:
    world = World().ready()
    assert world.times(Probe) == [float(second) for second in range(17)]
    world.does.remove("beats")
    world.run(2.5)
    assert len(world.times(Probe)) == 18
    world.tell(HeartbeatAnswered(**world.news(), server_ns=world.now_ns)).run(0)
    assert len(world.times(Probe)) == 19


def test_f05_bytes_that_come_do_not_prove_that_questions_are_answered() -> None:
    """A stream cut out of step brings bytes for ever."""
    world = World().ready()
    world.does.remove("beats")
    assert world.run(4.1).phase is not Phase.READY


@pytest.fixture
def restart() -> World:
    """From noon; TWS restarts from 12:20 to 12:30, and there are no entries for a quarter of an hour before."""
    window = Window(name="restart", zone=NEW_YORK, start_s=(12 * 60 + 20) * 60, end_s=(12 * 60 + 30) * 60)
    return World(windows=[window], margin_s=900)


def test_f10_no_entry_shortly_before_the_restart(restart: World) -> None:
    assert restart.ready().run(300 - 17).state.is_open
    assert restart.run(1).state.shut_because == ("soon maintenance: restart",)
    assert restart.run(900).state.shut_because == ("maintenance: restart",)
    assert restart.run(600).state.is_open


def test_f10_a_restart_in_its_window_is_waited_for_and_does_not_count(restart: World) -> None:
    restart.ready().run(20 * 60 + 30 - 16)
    restart.does.clear()
    restart.lose()
    assert restart.phase is Phase.WAITING
    restart.run(9 * 60 + 15)
    assert restart.phase is Phase.WAITING
    assert restart.state.failures == 0
    dials = [at for at in restart.times(Dial) if at > 0]
    assert dials == [20 * 60 + 30 + 60.0 * minute for minute in range(1, 10)]
    assert restart.alerts() == []
    restart.does |= {"dials", "verifies", "books", "beats"}
    assert restart.run(60).phase is Phase.READY
    assert restart.times(Dial)[-1] == 30 * 60  # at its end, without waiting for the minute


def test_f10_a_restart_that_outlasts_its_window_counts_from_there(restart: World) -> None:
    restart.ready().run(20 * 60 - 16)
    restart.does.clear()
    restart.lose().run(20 * 60)
    assert restart.phase is Phase.GAVE_UP
    assert restart.now_s > 30 * 60
    assert [at for at in restart.times(Dial) if at >= 30 * 60] == [30 * 60 + 10.0 * number for number in range(5)]


def test_f10_ib_may_be_away_in_its_window_and_two_minutes_longer(restart: World) -> None:
    restart.ready().run(20 * 60 - 16)
    restart.lose_ib().run(10 * 60 + 119)
    assert restart.phase is Phase.CUT_OFF
    assert restart.alerts() == []
    restart.run(1)
    assert restart.phase is Phase.DOWN
    assert restart.alerts() == ["link_not_ready"]
    assert restart.state.failures == 1  # although the connection had been a good one


def test_f23_there_is_never_a_second_dial_beside_one() -> None:
    """The world asserts it at each dial."""
    world = World()
    for _ in range(10):
        world.does.clear()
        world.refusal = ""
        if world.phase is Phase.IDLE:
            world.start()
        world.run(5)
        world.tell(ClockJumped(now_ns=world.now_ns, slept_ns=S))
        world.does |= {"dials", "verifies", "books", "beats"}
        world.run(100)
    assert world.phase is Phase.READY


def test_f24_a_client_id_in_use_is_found_at_once_and_the_same_id_tried_again() -> None:
    world = World()
    world.does.clear()
    world.refusal = ""
    world.start().code(326, "Unable to connect as the client id is already in use.")
    assert world.all(Abort) == [Abort(generation=1)]
    assert world.phase is Phase.DOWN
    world.run(10)
    assert world.times(Dial) == [0, 10]
    assert world.all(Dial)[1] == Dial(generation=2)  # a dial has no client id to choose


def test_f24_giving_up_on_a_client_id_says_what_to_do() -> None:
    world = World(tries=1)
    world.does.clear()
    world.refusal = ""
    world.start().code(326)
    assert "end the other program that uses it, else restart TWS or Gateway" in world.all(Alert)[0].known


def test_f24_326_about_another_connection_changes_nothing() -> None:
    assert World().ready().code(326).phase is Phase.READY


@pytest.mark.parametrize(
    ("skew_s", "alerts", "is_open"), [(1.5, 0, True), (3, 1, True), (-3, 1, True), (32, 1, False), (-32, 1, False)]
)
def test_f52_clocks_that_differ_are_told_of_and_by_much_shut_the_gate(
    skew_s: float, alerts: int, is_open: bool
) -> None:
    world = World().ready()
    world.skew_ns = round(skew_s * S)
    world.run(10)
    assert world.alerts() == ["clock_skew"] * alerts
    assert world.state.is_open is is_open
    if alerts:
        assert f"{abs(skew_s):.0f} s {'ahead of' if skew_s > 0 else 'behind'}" in str(world.all(Alert)[0])
    world.skew_ns = 0
    assert world.run(2).state.is_open
    assert not world.state.is_skewed


def test_f53_news_of_an_earlier_connection_are_void() -> None:
    world = World().ready().run(60).lose().run(16)
    old = {"now_ns": world.now_ns, "generation": 1}
    before = world.state
    late: list[LinkEvent] = [
        Connected(**old),
        ConnectionLost(**old, reason="late"),
        DialFailed(**old, reason="late"),
        HeartbeatAnswered(**old, server_ns=0),
        DataFlowing(**old, stream="Last"),
        CodeTold(**old, code=1100, text=""),
        Reconciled(**old, number=99),
        AccountRefused(**old, reason="late"),
    ]
    for event in late:
        world.tell(event)
    assert world.state == before


def test_f53_news_of_a_connection_that_was_torn_down_are_void() -> None:
    world = World().ready()
    world.does.clear()
    world.run(4)
    assert world.phase is Phase.DOWN
    before = world.state
    world.tell(ConnectionLost(**world.news(), reason="aborted"))
    assert world.state == before


@pytest.mark.parametrize("cut", [False, True])
def test_f60_another_account_is_refused_for_good(cut: bool) -> None:
    world = World()
    world.does.remove("verifies")
    world.cut = cut
    world.start().tell(AccountRefused(**world.news(), reason="account U1 on the paper port 7497"))
    assert world.phase is Phase.REFUSED
    assert world.statuses() == [5]
    assert world.alerts() == ["account_refused"]
    assert "account U1 on the paper port 7497" in str(world.all(Alert)[0])
    assert world.all(Reconcile) == world.all(Subscribe) == []
    assert world.run(600).all(Dial) == [Dial(generation=1)]


def test_f60_nothing_is_asked_of_an_account_before_it_is_known() -> None:
    world = World()
    world.does.remove("verifies")
    world.start().run(9)
    assert world.all(Reconcile) == world.all(Subscribe) == []


def test_f68_a_sleep_ends_the_connection_and_dials_anew() -> None:
    world = World().ready().run(60)
    world.now_ns += 3600 * S
    world.next_tick_ns = world.now_ns
    world.tell(ClockJumped(now_ns=world.now_ns, slept_ns=3600 * S))
    assert world.all(ShutGate)[0].reasons[0] == "the link is down"
    assert world.all(Abort) == [Abort(generation=1)]
    assert "this machine slept for 3600 s" in str(world.all(Alert)[0])
    assert world.run(20).phase is Phase.READY
    assert world.state.generation == 2


def test_f68_a_sleep_between_two_dials_ends_the_pause() -> None:
    world = World()
    world.tell(ClockJumped(now_ns=world.now_ns, slept_ns=S))
    assert world.phase is Phase.IDLE
    world.does.clear()
    world.start().run(3).tell(ClockJumped(now_ns=world.now_ns, slept_ns=S))
    assert world.times(Dial) == [0, 3]


def test_s03_the_gate_asks_for_a_probe_of_now_not_of_the_last_mark() -> None:
    world = World().ready()
    asked_ns = world.state.answered_ns
    assert shut_because(world.state, asked_ns + 4 * S, world.rules) == ()
    assert shut_because(world.state, asked_ns + 4 * S + 1, world.rules) == ("no heartbeat",)


def test_s03_the_gate_stays_shut_until_the_first_probe_is_answered() -> None:
    world = World(spacing_ns=0)
    world.does.remove("beats")
    world.start().run(1)
    assert world.phase is Phase.READY
    assert world.state.shut_because == ("no heartbeat",)


def test_s03_the_age_of_a_heartbeat_counts_from_its_question() -> None:
    world = World().ready()
    world.does.remove("beats")
    world.run(2.5)
    asked_s = world.times(Probe)[-1]
    world.tell(HeartbeatAnswered(**world.news(), server_ns=world.now_ns))
    assert world.state.answered_ns == world.start_ns + round(asked_s * S) < world.now_ns


def test_s03_a_heartbeat_of_an_earlier_connection_does_not_count() -> None:
    world = World(spacing_ns=0).start().run(70)
    world.does.remove("beats")
    world.lose().run(0.5)
    assert world.phase is Phase.READY
    assert world.state.shut_because == ("no heartbeat",)


def test_s16_giving_up_is_forgotten_by_the_next_start() -> None:
    """What is kept of a link is nothing: the next start begins with the first state, and dials."""
    world = World(tries=1)
    world.does.clear()
    world.start()
    assert world.phase is Phase.GAVE_UP
    assert World().start().all(Dial) == [Dial(generation=1)]


@pytest.mark.parametrize("kind", ["mute", "reset", "sleep", "data"])
def test_l03_a_loss_of_any_kind_is_found_in_time(kind: str) -> None:
    world = World().ready().run(60)
    lost_s = world.now_s
    match kind:
        case "mute":
            world.does.remove("beats")
        case "reset":
            world.lose()
        case "sleep":
            world.tell(ClockJumped(now_ns=world.now_ns, slept_ns=S))
        case _:
            world.ticking.clear()
    world.run(31)
    assert world.times(ShutGate)[0] - lost_s <= (30 if kind == "data" else 4)


def test_l04_a_broker_that_is_well_is_ready_within_a_minute() -> None:
    world = World().ready()
    world.does.clear()
    world.refusal = ""
    world.lose().run(12)
    world.does |= {"dials", "verifies", "books", "beats"}
    healed_s = world.now_s
    world.until(Phase.READY, 60)
    assert world.now_s - healed_s <= 60


def test_l05_the_fifth_failure_is_told_of_at_once() -> None:
    world = World().ready()
    world.does.clear()
    world.lose().run(600)
    assert world.times(Alert)[-1] == world.times(Dial)[-1]
    assert world.alerts()[-1] == "link_gave_up"


def test_a_code_that_says_nothing_about_the_link_changes_nothing() -> None:
    world = World().ready()
    before = world.state
    assert (
        world.tell(CodeTold(**world.news(), code=2158, text="Sec-def data farm connection is OK:secdefil")).state
        == before
    )
    assert world.tell(CodeTold(**world.news(), code=99999, text="?")).state == before


def test_the_connection_that_answers_at_its_deadline_is_not_torn_down_before_it() -> None:
    world = World()
    world.does.remove("books")
    world.start().run(9.999)
    world.tell(Reconciled(**world.news(), number=1))
    world.run(5.1)
    world.tell(ClockTicked(now_ns=world.now_ns))
    assert world.all(Abort) == []
    assert world.run(1).phase is Phase.READY
