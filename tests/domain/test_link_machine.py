"""The link against a TWS that fails as it likes, in random order: what is never so, and what comes to be in time."""

from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from system.domain.link_events import (
    ClockJumped,
    Connected,
    Dial,
    DialFailed,
    GiveUp,
    MarketHalted,
    StreamRefused,
)
from system.domain.link_state import CONNECTED, ENDED, LIVE, Phase
from system.domain.maintenance import Window
from system.domain.session import NEW_YORK
from tests.domain.link_world import ALL, World
from tests.domain.tape import NOON, S, new_york

STARTS = {
    "noon": NOON,
    "before the break": new_york("2024-01-03 16:55:00"),
    "before the open": new_york("2024-01-07 17:58:00"),
    "before maintenance": new_york("2024-01-03 12:43:00"),
}
RESTART = Window(name="restart", zone=NEW_YORK, start_s=13 * 3600, end_s=13 * 3600 + 300)
FIVE_FAILURES_S = 5 * 10 + 4 * 10


class LinkMachine(RuleBasedStateMachine):
    """`World` asserts that no dial is made beside another or a connection, and that the gate is what its reasons say."""

    @initialize(start=st.sampled_from(sorted(STARTS)), refusal=st.sampled_from(["", "refused"]))
    def begin(self, start: str, refusal: str) -> None:
        self.world = World(STARTS[start], [RESTART], 900)
        self.world.refusal = refusal
        self.generation = 0
        self.number = 0
        self.world.start()

    # TWS's moods

    @rule(seconds=st.sampled_from([0.1, 1.0, 3.3, 9.9, 30.0, 61.0, 130.0]))
    def time_passes(self, seconds: float) -> None:
        self.world.run(seconds)

    @rule(mood=st.sampled_from(ALL), well=st.booleans())
    def mood_changes(self, mood: str, well: bool) -> None:
        (self.world.does.add if well else self.world.does.discard)(mood)

    @rule(stream=st.sampled_from(["Last", "BidAsk"]), ticks=st.booleans())
    def stream_changes(self, stream: str, ticks: bool) -> None:
        (self.world.ticking.add if ticks else self.world.ticking.discard)(stream)

    @precondition(lambda self: self.world.dialling)
    @rule(good=st.booleans())
    def dial_ends_late(self, good: bool) -> None:
        world = self.world
        if good:
            world.connected, world.dialling = world.dialling, 0
            world.tell(Connected(**world.news()))
        else:
            world.dialling = 0
            world.tell(DialFailed(**world.news(), reason="late"))

    @precondition(lambda self: self.world.connected and not self.world.state.is_verified)
    @rule()
    def account_is_seen_late(self) -> None:
        self.world.verify()

    @precondition(lambda self: self.world.connected)
    @rule()
    def connection_drops(self) -> None:
        self.world.lose()

    @precondition(lambda self: self.world.connected and self.world.phase in CONNECTED)
    @rule()
    def contract_is_left(self) -> None:
        self.world.leave()

    @precondition(lambda self: self.world.connected)
    @rule(code=st.sampled_from([1100, 2110, 1101, 1102]))
    def ib_comes_and_goes(self, code: int) -> None:
        if code in (1100, 2110):
            self.world.cut = True
            self.world.code(code)
        else:
            self.world.regain_ib(code)

    @precondition(lambda self: self.world.connected or self.world.dialling)
    @rule(
        code=st.sampled_from([2103, 2104, 2105, 2106, 2108, 2157, 2158, 2119, 1300, 99]),
        farm=st.sampled_from(["", "usfuture", "eufarm"]),
    )
    def code_is_told(self, code: int, farm: str) -> None:
        self.world.code(code, f"farm is so:{farm}")

    @precondition(lambda self: self.world.dialling)
    @rule()
    def client_id_is_in_use(self) -> None:
        self.world.code(326)

    @rule(slept=st.integers(1, 10_000))
    def machine_sleeps(self, slept: int) -> None:
        self.world.tell(ClockJumped(now_ns=self.world.now_ns, slept_ns=slept * S))

    @precondition(lambda self: self.world.connected)
    @rule(halted=st.booleans())
    def market_halts(self, halted: bool) -> None:
        self.world.tell(MarketHalted(**self.world.news(), is_halted=halted))

    @precondition(lambda self: self.world.connected)
    @rule(stream=st.sampled_from(["Last", "BidAsk"]))
    def stream_is_refused(self, stream: str) -> None:
        self.world.tell(StreamRefused(**self.world.news(), stream=stream, code=10190, text="too many"))

    @precondition(lambda self: self.world.phase not in ENDED and self.world.now_ns < new_york("2024-01-08 00:00:00"))
    @rule()
    def faults_stop(self) -> None:
        """L04: a broker that is well for a minute is READY, unless none is expected or it has been given up."""
        world = self.world
        world.does, world.ticking, world.refusal = set(ALL), set(world.rules.streams), "refused"
        if world.cut and world.connected:
            world.regain_ib(1101)
        world.cut = False
        if world.dialling:
            world.dialling = 0
            world.tell(DialFailed(**world.news(), reason="healed"))
        quiet_before = world.rules.hours.at(world.now_ns).is_quiet
        world.run(60)
        if world.phase in ENDED or quiet_before or world.rules.hours.at(world.now_ns).is_quiet:
            return
        assert world.phase is Phase.READY, world.state

    # what is never so

    @invariant()
    def the_gate_is_open_only_when_everything_is_so(self) -> None:
        world, state = self.world, self.world.state
        if not state.is_open:
            return
        spell = world.rules.hours.at(world.now_ns)
        assert world.connected == state.generation
        assert not world.cut
        assert state.phase is Phase.READY
        assert world.account
        assert world.books
        assert 0 <= world.now_ns - state.answered_ns <= 4 * S
        assert spell.is_open
        assert not spell.window
        assert not spell.ahead
        assert not state.data.is_halted
        for stream in state.data.streams:
            assert stream.is_asked
            assert world.seen[stream.name] >= max(spell.opened_ns, world.now_ns - 30 * S)
            assert not stream.refused
        assert not any(farm.is_ours for farm in state.data.farms)

    @invariant()
    def generations_and_questions_only_grow(self) -> None:
        state = self.world.state
        assert state.generation >= self.generation
        assert state.number >= self.number
        self.generation, self.number = state.generation, state.number
        assert [dial.generation for dial in self.world.all(Dial)] == list(range(1, state.generation + 1))

    @invariant()
    def it_gives_up_exactly_after_the_fifth_failure(self) -> None:
        state = self.world.state
        assert state.failures == self.world.failures
        assert (state.failures >= 5) == (state.phase is Phase.GAVE_UP)
        assert state.failures <= 5
        assert self.world.statuses() == ([3] if state.phase is Phase.GAVE_UP else [])
        if state.phase is Phase.GAVE_UP:
            assert self.world.log[-1][1] == GiveUp(status=3)

    @invariant()
    def what_is_live_is_what_tws_sees(self) -> None:
        world = self.world
        assert bool(world.dialling) == (world.phase is Phase.DIALLING)
        assert bool(world.connected) == (world.phase in CONNECTED)
        assert (world.phase in LIVE) == bool(world.dialling or world.connected)

    @invariant()
    def a_probe_is_never_older_than_its_deadline(self) -> None:
        state = self.world.state
        if state.phase in CONNECTED:
            assert self.world.now_ns - state.sent_ns <= 3 * S

    @invariant()
    def silence_has_an_end(self) -> None:
        """Whatever is under way has a deadline, and no deadline is passed over."""
        state = self.world.state
        if state.phase is Phase.DIALLING:
            assert self.world.now_ns - state.sync_due_ns < 0
        if state.phase in (Phase.DOWN, Phase.WAITING):
            assert self.world.now_ns - state.dial_due_ns < S


TestLink = LinkMachine.TestCase
TestLink.settings = settings(stateful_step_count=40)


def test_everything_down_ends_in_giving_up_within_the_bound() -> None:
    """The machine's worst case: five tries that are never answered."""
    world: Any = World()
    world.does.clear()
    world.refusal = ""
    world.start().run(FIVE_FAILURES_S)
    assert world.phase is Phase.GAVE_UP
