"""Market data and the link: silence, farms, halts, hours, spaced requests."""

from dataclasses import replace
from itertools import pairwise

import pytest

from simulator.tws.codes import TEXTS
from system.domain.link_events import (
    Abort,
    Alert,
    DataFlowing,
    Dial,
    MarketHalted,
    Resubscribe,
    StreamRefused,
    Subscribe,
)
from system.domain.link_state import Phase
from tests.domain.link_world import World
from tests.domain.tape import S, new_york


def test_f07_data_that_dies_in_silence_shuts_the_gate_and_is_asked_for_again() -> None:
    world = World().ready().run(60)
    world.ticking.remove("BidAsk")
    silent = world.now_s
    world.run(29)
    assert world.state.is_open
    world.run(1)
    assert world.state.shut_because == ("BidAsk is silent",)
    assert [(at - silent <= 30, command.stream) for at, command in world.log if isinstance(command, Resubscribe)] == [
        (True, "BidAsk")
    ]
    assert world.phase is Phase.READY
    alert = world.all(Alert)[-1]
    assert str(alert).startswith(
        "data_stalled: no BidAsk although the market is open; no entries; since 2024-01-03 17:01:16"
    )
    world.ticking.add("BidAsk")
    world.run(1)
    assert world.state.is_open


def test_f07_a_stream_that_stays_dead_is_asked_for_ever_less_often_and_told_of_once() -> None:
    world = World().ready()
    world.ticking.clear()
    world.run(1800)
    for stream in ("Last", "BidAsk"):
        asked = [at for at, command in world.log if isinstance(command, Resubscribe) and command.stream == stream]
        pauses = [later - before for before, later in pairwise(asked)]
        assert pauses == sorted(pauses)
        assert pauses[0] < 65
        assert pauses[-1] == 120, "no longer: data that is back is to be had within two minutes"
        assert all(later - earlier >= 60 for earlier, later in pairwise(asked))
    assert world.alerts() == ["data_stalled"]
    assert world.phase is Phase.READY


def test_f07_a_farm_that_came_back_is_believed_when_ticks_come() -> None:
    world = World().ready()
    world.code(2103, "Market data farm connection is broken:usfuture")
    assert world.state.shut_because == ("farm usfuture is broken",)
    world.ticking.clear()
    world.code(2104, "Market data farm connection is OK:usfuture")
    assert world.state.shut_because == ("Last is silent", "BidAsk is silent")
    world.run(30)
    assert len(world.all(Resubscribe)) == 1
    world.ticking |= {"Last", "BidAsk"}
    world.run(1)
    assert world.state.is_open


def test_f22_farms_that_flap_move_data_health_and_nothing_else() -> None:
    world = World().ready()
    for _ in range(50):
        for broken, mended in ((2103, 2104), (2105, 2106), (2105, 2107), (2157, 2158), (2103, 2108)):
            world.code(broken, "is broken:usfuture").run(1).code(mended, "is OK:usfuture").run(1)
    assert world.phase is Phase.READY
    assert world.state.is_open
    assert len(world.all(Dial)) == 1
    assert world.all(Abort) == world.all(Resubscribe) == world.all(Alert) == []


@pytest.mark.parametrize("code", [2105, 2157])
def test_f22_farms_that_data_does_not_come_from_leave_the_gate_alone(code: int) -> None:
    assert World().ready().code(code, "is broken:usfuture").state.is_open


@pytest.mark.parametrize(("name", "is_open"), [("eufarm", True), ("usfuture.nj", False), ("", False)])
def test_f22_another_farm_leaves_the_gate_alone_and_one_without_a_name_does_not(name: str, is_open: bool) -> None:
    assert World().ready().code(2103, f"is broken:{name}").state.is_open is is_open


def test_f22_a_broken_farm_whose_data_flows_for_a_minute_was_a_rumour() -> None:
    world = World().ready().code(2103, "is broken:usfuture")
    assert not world.run(59).state.is_open
    assert world.run(2).state.is_open


@pytest.mark.parametrize("code", [10189, 10190])
def test_a_stream_that_is_refused_tick_by_tick_comes_sampled_where_that_is_allowed(code: int) -> None:
    world = World(allow_sampled=True).ready().run(30)
    world.ticking.remove("Last")
    world.tell(StreamRefused(**world.news(), stream="Last", code=code, text="tick-by-tick"))
    assert not world.state.is_open
    assert [(one.stream, one.is_sampled) for one in world.all(Resubscribe)] == [("Last", True)]
    world.ticking.add("Last")
    assert world.run(1).state.is_open
    assert world.alerts() == ["data_sampled"]
    world.lose_ib().regain_ib(1101).run(40)
    assert [(one.stream, one.is_sampled) for one in world.all(Resubscribe)][1:] == [("Last", True), ("BidAsk", False)]


def test_a_new_connection_asks_for_ticks_again() -> None:
    world = World(allow_sampled=True).ready().run(30)
    world.tell(StreamRefused(**world.news(), stream="Last", code=10190, text="too many")).run(1)
    world.lose().until(Phase.READY, 60)
    assert [one.is_sampled for one in world.all(Subscribe)] == [False] * 4


@pytest.mark.parametrize(("allow_sampled", "code"), [(False, 10190), (True, 10197), (True, 354)])
def test_no_stream_comes_sampled_unasked_or_for_another_reason(allow_sampled: bool, code: int) -> None:
    world = World(allow_sampled=allow_sampled).ready().run(30)
    world.ticking.remove("Last")
    world.tell(StreamRefused(**world.news(), stream="Last", code=code, text="no"))
    assert world.alerts() == ["data_refused"]
    assert [one.is_sampled for one in world.run(61).all(Resubscribe)] == [False]


def test_a_sampled_stream_that_is_refused_as_well_is_told_as_refused() -> None:
    world = World(allow_sampled=True).ready().run(30)
    world.ticking.remove("Last")
    world.tell(StreamRefused(**world.news(), stream="Last", code=10189, text="no")).run(1)
    world.ticking.add("Last")
    world.run(1)
    world.ticking.remove("Last")
    world.tell(StreamRefused(**world.news(), stream="Last", code=10189, text="no"))
    assert world.alerts() == ["data_sampled", "data_refused"]


def test_f36_data_taken_by_another_login_is_told_by_name_once() -> None:
    world = World().ready()
    refused = StreamRefused(**world.news(), stream="Last", code=10197, text="No market data during competing session")
    world.ticking.remove("Last")
    world.tell(refused).tell(replace(refused, now_ns=world.now_ns))
    assert world.state.shut_because == ("Last is refused: 10197 No market data during competing session",)
    assert world.alerts() == ["data_refused"]
    assert "another login takes the data" in world.all(Alert)[0].known
    world.run(31)
    assert [command.stream for command in world.all(Resubscribe)] == ["Last"]
    world.ticking.add("Last")
    assert world.run(1).state.is_open


def test_f47_a_closed_market_is_silent_without_complaint() -> None:
    world = World(new_york("2024-01-03 16:58:00"), spacing_ns=0).start().run(120)
    assert world.state.shut_because == ("the market is closed",)
    world.ticking.clear()
    world.run(3600 - 1)
    assert world.all(Resubscribe) == world.all(Alert) == []
    world.run(30)
    assert world.all(Resubscribe) == []
    world.run(1)
    assert len(world.all(Resubscribe)) == 2
    assert world.alerts() == ["data_stalled"]


def test_f47_yesterdays_last_tick_does_not_open_todays_gate() -> None:
    world = World(new_york("2024-01-03 16:59:00"), spacing_ns=0, stall_ns=7200 * S).start().run(61)
    world.ticking.clear()
    world.run(3600)
    assert world.state.shut_because == ("Last is silent", "BidAsk is silent")


def test_f47_a_half_day_ends_when_it_ends() -> None:
    world = World(new_york("2024-07-03 13:14:00"), spacing_ns=0).start().run(10)
    assert world.state.is_open
    world.run(51)
    assert "the market is closed" in world.state.shut_because


def test_f55_a_halt_shuts_the_gate_and_its_silence_is_no_stall() -> None:
    world = World().ready()
    world.ticking.clear()
    world.tell(MarketHalted(**world.news(), is_halted=True)).tell(MarketHalted(**world.news(), is_halted=True))
    assert "the market is halted" in world.state.shut_because
    world.run(900)
    assert world.all(Resubscribe) == world.all(Alert) == []
    world.tell(MarketHalted(**world.news(), is_halted=False))
    assert world.state.shut_because == ("Last is silent", "BidAsk is silent")
    world.ticking |= {"Last", "BidAsk"}
    assert world.run(1).state.is_open


def test_f55_a_halt_does_not_keep_the_link_from_being_ready() -> None:
    world = World().ready()
    world.ticking.clear()
    world.tell(MarketHalted(**world.news(), is_halted=True)).lose_ib().regain_ib(1102)
    assert world.phase is Phase.READY
    assert not world.state.is_open


def test_f69_requests_for_one_instrument_are_fifteen_seconds_apart_on_any_connection() -> None:
    world = World().start().run(17).lose()
    world.until(Phase.READY, 60).lose_ib().regain_ib(1101).run(40)
    asked = sorted(world.times(Subscribe) + world.times(Resubscribe))
    assert len(asked) == 6
    assert all(later - earlier >= 15 for earlier, later in pairwise(asked))


def test_f69_one_stream_is_not_enough() -> None:
    world = World()
    world.ticking.remove("BidAsk")
    assert world.start().run(60).phase is Phase.SYNCING


def test_what_comes_of_a_stream_that_is_not_asked_for_is_a_remainder() -> None:
    """After 1101 the old subscription is gone: neither its last ticks nor its errors are about the new one."""
    world = World().ready().run(30)
    world.does.remove("books")
    world.lose_ib().regain_ib(1101)
    assert [stream.is_asked for stream in world.state.data.streams] == [True, False]
    before = world.state.data
    world.tell(DataFlowing(**world.news(), stream="BidAsk"))
    world.tell(StreamRefused(**world.news(), stream="BidAsk", code=300, text="Can't find EId"))
    assert world.state.data == before
    assert world.alerts() == []


def test_of_farms_and_halts_a_new_connection_knows_nothing() -> None:
    world = World(spacing_ns=0).start().run(61).code(2103, "is broken:usfuture")
    world.tell(MarketHalted(**world.news(), is_halted=True)).lose().run(1)
    assert world.state.is_open


def test_a_farm_that_is_told_to_be_broken_again_has_been_so_since_the_first_time() -> None:
    world = World().ready().code(2103, "is broken:usfuture").run(40).code(2103, "is broken:usfuture")
    assert len(world.state.data.farms) == 1
    assert world.run(22).state.is_open


def test_farms_without_end_are_not_kept_without_end() -> None:
    world = World().ready()
    for number in range(100):
        world.code(2105, f"is broken:farm{number}")
    assert [farm.name for farm in world.state.data.farms] == [f"farm{number}" for number in range(68, 100)]


@pytest.mark.parametrize("mended", [2104, 2108])
def test_a_farms_name_is_read_from_the_text_that_tws_has(mended: int) -> None:
    world = World().ready().code(2103, TEXTS[2103].format("usfuture.nj"))
    assert world.state.shut_because == ("farm usfuture.nj is broken",)
    assert world.code(mended, TEXTS[mended].format("usfuture.nj")).run(1).state.is_open
    assert not world.code(2103, "something in words not seen before").state.is_open
