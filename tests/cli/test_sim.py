"""`bn sim` as a user types it, from an empty folder."""

import json
import os
import pty
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from system.domain.ticks import Batch, Kind, empty_batch
from system.storage.tape import TapeMeta
from tests.storage.recordings import tape_file

ROOT = Path(__file__).resolve().parents[2]
OPEN_NS = 1_710_855_000_000_000_000  # 2024-03-19 09:30:00 New York
ALL_DAY = ("--set", "entry_start=00:00", "--set", "entry_end=24:00", "--set", "flat_by=24:00")
pytestmark = pytest.mark.jit


def command(*words: str) -> list[str]:
    return [sys.executable, "-P", "-m", "system.cli", *words]


def bn(folder: Path, *words: str, **environ: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": "100", **environ}
    return subprocess.run(
        command(*words), cwd=folder, env=environment, capture_output=True, text=True, timeout=200, check=False
    )


def walk(events: int, seed: int = 3) -> Batch:
    """A random walk of quotes and trades, ten events a second."""
    draw = np.random.default_rng(seed)
    batch = empty_batch(events)
    batch["ts_ns"] = OPEN_NS + np.arange(events) * 100_000_000
    batch["kind"] = draw.random(events) < 0.3
    mid = 20_000 + np.cumsum(draw.choice([-1, 0, 0, 1], events))
    batch["bid_ticks"], batch["ask_ticks"] = mid, mid + 1
    batch["bid_size"], batch["ask_size"] = draw.integers(1, 60, (2, events))
    batch["price_ticks"] = mid + draw.integers(0, 2, events)
    batch["size"] = draw.integers(1, 30, events)
    return batch


@pytest.fixture(scope="module")
def tape(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("a folder with spaces")
    return tape_file(folder / "walk.parquet", walk(60_000), meta=TapeMeta(symbol="ES", source="test"))


def complaints(errors: str) -> str:
    """What stands on standard error beside the word that the kernels are being compiled, which the first run says."""
    return "".join(line for line in errors.splitlines(keepends=True) if not line.startswith("bn: compiling"))


def document(done: subprocess.CompletedProcess[str]) -> dict[str, list[dict[str, object]]]:
    assert (done.returncode, complaints(done.stderr)) == (0, "")
    return json.loads(done.stdout)  # type: ignore[no-any-return]


def test_json_is_one_document_with_the_names_of_the_contract(tmp_path: Path, tape: Path) -> None:
    found = document(bn(tmp_path, "sim", str(tape), "--json"))
    assert [profile["profile"] for profile in found["profiles"]] == ["final", "adaptive", "legacy"]
    names = (
        "profile events trades_on_tape evaluated signals longs shorts denied score patterns round_trips wins net_usd"
    )
    names += " max_drawdown_usd open_at_end decision_hash elapsed_s"
    for profile in found["profiles"]:
        assert set(names.split()) <= set(profile)
        assert profile["events"] == 60_000
        assert profile["signals"] == profile["longs"] + profile["shorts"]  # type: ignore[operator]
    assert found["tape"]["partial_session"] is True  # type: ignore[call-overload]


def test_a_synthetic_session_is_the_same_again_and_from_another_folder(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    one, again, elsewhere = (
        document(bn(folder, "sim", "--seed", "1", "--json")) for folder in (tmp_path, tmp_path, tmp_path / "elsewhere")
    )
    hashes = [[profile["decision_hash"] for profile in each["profiles"]] for each in (one, again, elsewhere)]
    assert hashes[0] == hashes[1] == hashes[2]
    assert len(set(hashes[0])) == 3
    assert all(profile["signals"] for profile in one["profiles"])


def test_two_tapes_give_what_their_one_tape_gives(tmp_path: Path, tape: Path) -> None:
    batch = walk(60_000)
    halves = [
        str(tape_file(tmp_path / f"{n}.parquet", half, meta=TapeMeta(symbol="ES")))
        for n, half in enumerate(np.split(batch, [31_234]))
    ]
    apart = document(bn(tmp_path, "sim", *halves, "--json"))
    whole = document(bn(tmp_path, "sim", str(tape), "--json"))
    assert [p["decision_hash"] for p in apart["profiles"]] == [p["decision_hash"] for p in whole["profiles"]]


def test_the_files_hold_a_row_per_round_trip_and_per_signal(tmp_path: Path, tape: Path) -> None:
    words = ("sim", str(tape), "--profile", "final", "--json", *ALL_DAY)
    found = document(bn(tmp_path, *words, "--blotter", "trips.parquet", "--signals", "signals.jsonl"))["profiles"][0]
    trips = pq.read_table(tmp_path / "trips.parquet").to_pylist()
    assert len(trips) == found["round_trips"] > 0  # type: ignore[operator]
    assert sum(round(trip["net_usd"] * 100) for trip in trips) == round(float(str(found["net_usd"])) * 100)
    signals = [json.loads(line) for line in (tmp_path / "signals.jsonl").read_text().splitlines()]
    assert len(signals) == found["signals"]
    assert {signal["direction"] for signal in signals} <= {"long", "short"}


def test_the_table_shows_the_profiles_side_by_side(tmp_path: Path, tape: Path) -> None:
    done = bn(tmp_path, "sim", str(tape), *ALL_DAY)
    assert (done.returncode, complaints(done.stderr)) == (0, "")
    for word in ("final", "adaptive", "legacy", "60,000"):
        assert word in done.stdout


def test_settings_reach_the_core(tmp_path: Path, tape: Path) -> None:
    words = ("sim", str(tape), "--profile", "final", "--json", *ALL_DAY)
    one = document(bn(tmp_path, *words))["profiles"][0]
    seven = document(bn(tmp_path, *words, "--set", "contracts=7", BN_STOP_TICKS="2"))["profiles"][0]
    assert one["decision_hash"] != seven["decision_hash"]
    assert one["signals"] == seven["signals"]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("missing.parquet",), "missing.parquet"),
        ((".",), "folder"),
        (("--profile", "fianl"), '"final"'),
        (("--set", "contract=2"), "contracts"),
        (("--sessions", "0"), "sessions"),
        (("--seed", "x"), "seed"),
        (("--nonsense",), "nonsense"),
        (("--blotter", "trips.txt"), "csv"),
        (("--report", "nowhere/page.html"), "nowhere"),
    ],
)
def test_bad_input_is_one_line_and_status_2(tmp_path: Path, words: tuple[str, ...], expected: str) -> None:
    done = bn(tmp_path, "sim", *words)
    assert (done.returncode, done.stdout) == (2, "")
    assert complaints(done.stderr).count("\n") == 1
    assert expected in done.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("--blotter", "./tape.parquet"), "tape.parquet: is one of the sources"),
        (("--report", "my.toml"), "my.toml: is one of the sources"),
        (("--blotter", "a.csv", "--signals", "./a.csv"), "a.csv: is to be written twice"),
        (("--report", "/dev/full"), "/dev/full: is a device"),
        (("--report", "."), "is a folder"),
    ],
)
def test_an_output_over_an_input_or_another_output_is_refused_at_once(
    tmp_path: Path, words: tuple[str, ...], expected: str
) -> None:
    tape = tape_file(tmp_path / "tape.parquet", walk(10))
    (tmp_path / "my.toml").write_text("contracts = 2\n")
    before = tape.read_bytes()
    done = bn(tmp_path, "sim", "tape.parquet", "--config", "my.toml", *words)
    assert (done.returncode, done.stdout) == (2, "")
    assert expected in done.stderr
    assert tape.read_bytes() == before
    assert (tmp_path / "my.toml").read_text() == "contracts = 2\n"
    assert len(list(tmp_path.iterdir())) == 2


def test_a_tape_that_turns_bad_in_the_middle_leaves_no_files(tmp_path: Path, tape: Path) -> None:
    table = pq.read_table(tape)
    batch = walk(60_000)
    batch["ts_ns"][50_000] = 0
    bad = tmp_path / "bad.parquet"
    pq.write_table(table.set_column(0, "ts_ns", [batch["ts_ns"].copy()]), bad)
    done = bn(tmp_path, "sim", str(bad), "--report", "page.html", "--blotter", "trips.csv")
    assert (done.returncode, done.stdout) == (2, "")
    assert "row 50001" in done.stderr
    assert list(tmp_path.iterdir()) == [bad]


def test_another_product_among_the_tapes_is_refused(tmp_path: Path, tape: Path) -> None:
    other = tape_file(tmp_path / "mes.parquet", walk(100), meta=TapeMeta(symbol="MES"))
    done = bn(tmp_path, "sim", str(tape), str(other))
    assert done.returncode == 2
    assert "MES" in done.stderr


def test_a_seed_row_makes_a_late_start_whole(tmp_path: Path) -> None:
    batch = walk(1000)
    batch["kind"][0], batch["seed_price_size"][0], batch["seed_size"][0] = Kind.SEED, 20_000_000, 1000
    tape = tape_file(tmp_path / "seeded.parquet", batch, meta=TapeMeta(symbol="ES"))
    assert document(bn(tmp_path, "sim", str(tape), "--json"))["tape"]["partial_session"] is False  # type: ignore[call-overload]


def test_control_c_ends_with_what_is_known_so_far(tmp_path: Path) -> None:
    document(bn(tmp_path, "sim", "--json"))  # the kernels are compiled: what follows starts at once
    process = subprocess.Popen(
        command("sim", "--sessions", "4000", "--json"),
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    time.sleep(6)  # a process of its own in real time: nothing it prints says that it is at work
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert (process.returncode, complaints(err)) == (130, "")
    found = json.loads(out)
    assert found["tape"]["complete"] is False
    assert found["profiles"][0]["events"] > 0


def test_a_terminal_shows_progress_and_a_pipe_does_not(tmp_path: Path) -> None:
    screen, terminal = pty.openpty()
    process = subprocess.Popen(
        command("sim", "--sessions", "4", "--json"),
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT), "TERM": "xterm"},
        stdout=subprocess.PIPE,
        stderr=terminal,
    )
    os.close(terminal)
    shown = b""
    try:
        while piece := os.read(screen, 65_536):
            shown += piece
    except OSError:  # the terminal's other end is closed
        pass
    assert process.stdout is not None
    json.loads(process.stdout.read())
    process.stdout.close()
    os.close(screen)
    assert process.wait(60) == 0
    assert b"events" in shown
