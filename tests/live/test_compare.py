"""A live day through the client and the mock TWS, and what `bn blotter` and `bn compare` make of its journal and tape."""

import csv
import json
from pathlib import Path
from typing import Any

import pytest
import trio

from system.cli.blotter import blotter
from system.cli.compare import compare
from system.domain.errors import InputError
from system.domain.instrument import ContractMonth
from system.domain.settings import SECOND_NS
from system.storage.journal import Entry, Journal, read_journal
from system.storage.tape import TapeReader, TapeWriter
from system.storage.tape_meta import TapeMeta
from system.wiring.live_day import LiveReader
from tests.actors.stage import SETTINGS
from tests.live.stage import Live, live, on_disk

DAY = "2024-03-19"
EAGER = """
profile = "eager"
min_time_between_signals_s = 1
max_signals_per_minute = 60
[profiles.eager]
long_above = 0.001
short_below = -0.001
window_trades = 4
[profiles.eager.weights]
delta_signal = 1
"""


async def a_day(folder: Path) -> Live:
    """A trade that its stop ends, and a signal in the cooldown after it."""
    with on_disk(folder) as paper:
        async with live(paper=paper, settings=SETTINGS) as it:
            await it.enter()
            stop = it.orders.orders[2]
            assert stop.role.value == "stop"
            it.mock.market.shift(-12)
            await it.until(lambda: not it.held, 30)
            it.mock.market.shift(12)
            await it.settle(5)
            await it.signal(-1)
            await it.settle(10)
    (folder / "tapes").mkdir()
    meta = TapeMeta(symbol="ES", contract_month=ContractMonth(2024, 6), source="bn live")
    with TapeWriter(folder / "tapes" / "day.parquet", meta) as tape:
        for batch in it.reel.batches:
            tape.write(batch)
    (folder / "bn.toml").write_text(EAGER)
    return it


@pytest.fixture
async def day(tmp_path: Path) -> Path:
    """Needs a test that asks for the virtual clock."""
    assert trio.current_time() < 1, "in virtual time"
    await a_day(tmp_path)
    return tmp_path


def words(folder: Path) -> dict[str, Any]:
    return {"journal": folder / "journal.db", "config": folder / "bn.toml"}


def said(capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(capsys.readouterr().out)
    return document


@pytest.mark.trio
async def test_a_day_without_faults_and_its_tape_say_the_same(
    autojump_clock: object, day: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert compare(DAY, **words(day), json_=True) == 0
    found = said(capsys)
    signals = found["signals"]
    assert signals["live"] == signals["sim"] == signals["matched"] >= 2
    assert (signals["missed"], signals["extra"], signals["outcomes_differ"]) == ([], [], [])
    (pair,) = found["round_trips"]
    ours, theirs = pair["live"], pair["sim"]
    assert (theirs["entry_latency_ms"], theirs["exit_reason"]) == (50, "stop")
    assert ours["entry_latency_ms"] >= 50, "the mock's market wakes up each half second"
    assert theirs["exit_slippage_ticks"] > 0, "the market jumped over the stop"
    for own in ("entry_ts_ns", "entry_latency_ms"):
        del ours[own], theirs[own]
    assert ours == theirs
    assert found["fees"] == {"executions": 2, "configured_usd": 4.5, "reported": 2, "reported_usd": 4.5}


@pytest.mark.trio
async def test_what_differs_is_named(autojump_clock: object, day: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The first signal was judged otherwise, and behind the journal's end is one that no tape gives."""
    records = list(read_journal(day / "journal.db"))
    first = next(record for record in records if record.kind == "signal" and record.payload["outcome"] == "accepted")
    late = records[-1].now_ns + SECOND_NS
    (day / "other").mkdir()
    with Journal.open(day / "other" / "journal.db", "DU1", create=True) as other:
        for record in records:
            if record.kind in ("fill", "execution"):
                continue  # as if it had not been traded
            payload = record.payload if record is not first else {**record.payload, "outcome": "halted"}
            other.append_all([Entry(kind=record.kind, now_ns=record.now_ns, payload=payload)])
        other.append_all([Entry(kind="signal", now_ns=late, payload=first.payload)])
    where = {"journal": day / "other" / "journal.db", "config": day / "bn.toml"}
    tapes = [day / "tapes" / "day.parquet"]
    assert compare(DAY, **where, tape=tapes, json_=True) == 0
    found = said(capsys)
    assert [(one["live"], one["sim"]) for one in found["signals"]["outcomes_differ"]] == [("halted", "accepted")]
    assert [one["ts_ns"] for one in found["signals"]["extra"]] == [late]
    (pair,) = found["round_trips"]
    assert (pair["live"], pair["sim"]["exit_reason"]) == (None, "stop")
    assert compare(DAY, **where, tape=tapes) == 0
    lines = capsys.readouterr().out
    assert "extra live: 1" in lines
    assert "halted live, accepted in the replay" in lines
    assert "long, only in the replay" in lines


@pytest.mark.trio
async def test_the_blotter_has_the_format_of_a_replays(
    autojump_clock: object, day: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert blotter(**words(day), out=day / "trips.csv", json_=True) == 0
    found = said(capsys)
    (row,) = csv.DictReader((day / "trips.csv").read_text().splitlines())
    assert list(row) == [
        *["side", "contracts", "entry_ts_ns", "entry_price", "exit_ts_ns", "exit_price", "exit_reason", "net_usd"],
        "profile",
    ]
    assert (row["side"], row["exit_reason"], row["profile"]) == ("long", "stop", "eager")
    assert float(row["net_usd"]) == found["net_usd"] == found["round_trips"][0]["net_usd"]
    assert found["open_contracts"] == 0
    assert blotter(**words(day)) == 0
    assert "1 round trips, net -" in capsys.readouterr().out
    assert blotter(**words(day), day="2024-03-20", json_=True) == 0
    assert said(capsys)["round_trips"] == []


@pytest.mark.trio
async def test_without_a_tape_of_the_day_it_is_said(autojump_clock: object, day: Path) -> None:
    with pytest.raises(InputError, match="no tape of the session of 2024-03-20"):
        compare("2024-03-20", **words(day))
    with pytest.raises(InputError, match="expected a date such as"):
        compare("yesterday", **words(day))
    with TapeReader(day / "tapes" / "day.parquet") as tape:
        assert tape.events


def test_a_correction_changes_the_trade_it_is_of_and_one_that_comes_later_is_told_apart() -> None:
    def kept(kind: str, now_ns: int, **payload: Any) -> Any:
        return Entry(kind=kind, now_ns=now_ns, payload=payload)

    def fill(ts_ns: int, side: int, price: int, reason: str) -> Any:
        fields = {"side": side, "contracts": 1, "price_ticks": price, "reason": reason, "inferred": 0}
        return kept("fill", ts_ns, ts_ns=ts_ns, **fields)

    def corrected(ts_ns: int, side: int, by: int, reason: str) -> Any:
        return kept("fill_corrected", ts_ns, side=side, contracts=1, by_ticks=by, reason=reason)

    found = LiveReader(SETTINGS, None).read(
        [
            fill(1, 1, 100, "entry"),
            corrected(2, 1, 2, "entry"),
            fill(3, -1, 110, "target"),
            corrected(4, -1, 1, "target"),
            fill(5, -1, 90, "stop"),
        ]
    )
    (one,) = found.trips
    assert one.trip.net_cents == 8 * 1250 - 450
    assert found.later_cents == 1250
    assert [stray.ts_ns for stray in found.strays] == [5]
