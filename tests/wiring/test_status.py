"""How things stand, of what runs and of what the journal knows: the same words, and never a guess."""

import json
from pathlib import Path
from typing import Any

import pytest

from system.config import Config
from system.domain.road import OperatorAsked
from system.domain.settings import SECOND_NS
from system.storage.journal import Entry, Journal
from system.wiring.places import Places, make, places_of
from system.wiring.runs import recorded_run
from system.wiring.status import Status, status_of_journal, take_status
from tests.actors.stage import MONTH, SETTINGS, Paper, Stage, Tws, push, stage
from tests.domain.tape import NOON

ACCOUNT = "DU1234567"


def taken(it: Stage) -> Status:
    return take_status(
        it.wiring, settings=SETTINGS, account=ACCOUNT, version="1", mode="paper", now_ns=it.clock(), lost_log_lines=0
    )


async def enter(it: Stage) -> None:
    await it.until_ready()
    await push(it, 1)
    it.tws.fill(1, 20_001)
    await it.settle(1)


@pytest.mark.trio
async def test_before_the_first_tick_nothing_is_made_up(autojump_clock: object) -> None:
    tws = Tws()
    tws.does -= {"dials"}
    async with stage(settings=SETTINGS, tws=tws) as it:
        await it.settle(11)
        status = taken(it)
        assert status.link is not None
        assert (status.link.phase, status.link.failures, status.link.last_tick_age_s) == ("down", 2, None)
        assert status.link.failure == "refused"
        assert (status.score, status.open_usd, status.day_usd) == (None, 0.0, 0.0)
        assert status.gate_reasons == (
            "the link is down",
            "Last is silent",
            "BidAsk is silent",
            "not reconciled with the broker",
            "VWAP misses trades of this session",
        )
        assert (status.position_contracts, status.orders, status.words) == (0, (), "flat")


@pytest.mark.trio
async def test_an_open_position_with_its_orders_and_its_result(autojump_clock: object) -> None:
    async with stage(settings=SETTINGS) as it:
        await enter(it)
        await it.flow(2, price=20_003)
        status = taken(it)
        assert status.run.account == "DU****567"
        assert (status.link is not None and status.link.phase) == "ready"
        assert (status.position_contracts, status.is_protected, status.entries) == (1, True, 1)
        assert status.open_usd == 25.0  # two ticks, at the bid
        assert status.day_usd == 25.0 - 4.5
        assert status.gate_reasons == ()
        assert (status.session, status.contract, status.next_roll) == ("2024-01-03", "2024-06", "2024-06-13")
        assert [(order.role, order.side, order.price, order.state) for order in status.orders] == [
            ("entry", "buy", None, "filled"),
            ("target", "sell", 5004.25, "working"),
            ("stop", "sell", 4998.25, "working"),
        ]


@pytest.mark.trio
async def test_the_age_of_the_last_tick_grows(autojump_clock: object) -> None:
    async with stage(settings=SETTINGS) as it:
        await it.until_ready()
        await it.settle(7)
        link = taken(it).link
        assert link is not None
        assert link.last_tick_age_s is not None
        assert 7 <= link.last_tick_age_s < 8


@pytest.mark.trio
async def test_every_reason_is_named(autojump_clock: object) -> None:
    async with stage(settings=SETTINGS) as it:
        await it.until_ready()
        it.tws.post(OperatorAsked(now_ns=0, what="halt", reason="the Fed"))
        it.tws.does -= {"dials"}
        it.tws.hang_up()
        await it.settle(1)
        status = taken(it)
        assert status.halted == "the Fed"
        assert status.gate_reasons == ("the Fed", "the link is down", "VWAP misses trades of this session")


@pytest.mark.trio
async def test_a_position_without_a_quote_has_no_known_result(autojump_clock: object) -> None:
    paper = Paper()
    async with stage(settings=SETTINGS, paper=paper) as it:
        await enter(it)
    tws = Tws()
    tws.does -= {"dials"}
    async with stage(settings=SETTINGS, paper=paper, tws=tws) as it:
        await it.settle(1)
        status = taken(it)
        assert (status.position_contracts, status.is_protected) == (1, False)
        assert (status.open_usd, status.day_usd) == (None, None)
        assert status.words == "+1 contracts, NOT PROVEN to be protected; not known: what became of order 2, 3"


@pytest.mark.trio
async def test_a_document_is_json(autojump_clock: object) -> None:
    async with stage(settings=SETTINGS) as it:
        await enter(it)
        document = json.loads(json.dumps(taken(it).document(), allow_nan=False))
        assert document["taken_utc"].startswith("2024-01-03T")
        assert document["orders"][2]["role"] == "stop"


# the journal's


@pytest.fixture
def places(tmp_path: Path) -> Places:
    places = places_of(Config(data_dir=str(tmp_path)), ACCOUNT)
    make(places)
    Journal.open(places.journal, ACCOUNT, create=True).close()
    return places


def keep(places: Places, paper: Paper) -> None:
    with Journal.open(places.journal, ACCOUNT) as journal:
        journal.append_all([Entry(kind=each.kind, now_ns=each.now_ns, payload=each.payload) for each in paper.records])


def test_an_empty_journal_knows_of_nothing(places: Places) -> None:
    status = status_of_journal(places, SETTINGS, NOON)
    assert (status.link, status.gate_reasons, status.contract, status.halted) == (None, None, "", "")
    assert (status.run.is_running, status.run.how) == (False, "it has never run")
    assert status.words == "flat, as far as the journal goes; what has become of it since is not known"
    json.dumps(status.document())


@pytest.mark.trio
async def test_the_journal_knows_what_was_held_and_not_what_it_is_worth(places: Places, autojump_clock: object) -> None:
    async with stage(settings=SETTINGS) as it:
        await enter(it)
    keep(places, it.paper)
    status = status_of_journal(places, SETTINGS, NOON + 60 * SECOND_NS)
    assert (status.position_contracts, status.is_protected, status.open_usd, status.day_usd) == (1, None, None, None)
    assert (status.entries, status.contract) == (1, str(MONTH))
    assert [order.role for order in status.orders] == ["entry", "target", "stop"]


@pytest.mark.trio
async def test_the_journal_knows_the_session_s_result_until_the_next_one(
    places: Places, autojump_clock: object
) -> None:
    async with stage(settings=SETTINGS) as it:
        await enter(it)
        it.tws.fill(3, 19_993)
        await it.settle(1)
    keep(places, it.paper)
    assert status_of_journal(places, SETTINGS, NOON + 60 * SECOND_NS).day_usd == -104.5
    tomorrow = status_of_journal(places, SETTINGS, NOON + 86_400 * SECOND_NS)
    assert (tomorrow.day_usd, tomorrow.entries, tomorrow.session) == (0.0, 0, "2024-01-04")


@pytest.mark.parametrize(("crashes", "how"), [(False, "stopped"), (True, "its end was not recorded")])
def test_the_journal_knows_how_the_last_run_ended(crashes: bool, how: str, places: Places) -> None:
    terms: dict[str, Any] = {"version": "7", "mode": "paper", "is_dry": False, "wall_ns": lambda: NOON}
    with Journal.open(places.journal, ACCOUNT) as journal, recorded_run(journal, **terms):
        if crashes:
            journal.close()
    run = status_of_journal(places, SETTINGS, NOON).run
    assert (run.how, run.version, run.mode, run.account) == (how, "7", "paper", "DU****567")
