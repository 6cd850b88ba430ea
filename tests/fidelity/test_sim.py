"""`bn sim --fidelity`, from the command line."""

import json
from pathlib import Path
from typing import Any

import pytest

from system.domain.ticks import Batch, Kind
from system.storage.tape import TapeMeta
from tests.cli.test_sim import ALL_DAY, bn, complaints, walk
from tests.storage.recordings import tape_file

pytestmark = pytest.mark.jit
OFTEN = (*ALL_DAY, "--set", "min_time_between_signals_s=2", "--set", "min_trade_duration_s=1")
META = TapeMeta(symbol="ES", source="test")


def small() -> Batch:
    batch = walk(900)
    batch["side"] = (batch["kind"] == Kind.TRADE) * 1
    return batch


@pytest.fixture(scope="module")
def tape(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tape_file(tmp_path_factory.mktemp("fidelity") / "walk.parquet", small(), meta=META)


def everything(folder: Path, tape: Path, fidelity: str) -> tuple[dict[str, Any], list[bytes]]:
    """The document without its times, and the files."""
    names = [f"{fidelity}{suffix}" for suffix in ("-blotter.csv", "-signals.csv", ".html")]
    files = [f"--{what}={name}" for what, name in zip(("blotter", "signals", "report"), names, strict=True)]
    run = bn(folder, "sim", str(tape), "--json", *OFTEN, f"--fidelity={fidelity}", *files)
    assert (run.returncode, complaints(run.stderr)) == (0, "")
    document = json.loads(run.stdout)
    for profile in document["profiles"]:
        assert profile.pop("elapsed_s")["run"] > 0
    return document, [(folder / name).read_bytes() for name in names]


def test_prints_and_writes_the_same_in_all_fidelities(tmp_path: Path, tape: Path) -> None:
    expected = everything(tmp_path, tape, "core")
    assert sum(profile["round_trips"] for profile in expected[0]["profiles"]) > 0
    assert expected[0]["tape"]["side_agreement"] is not None
    assert everything(tmp_path, tape, "actors") == expected
    assert everything(tmp_path, tape, "wire") == expected


def test_a_tape_with_a_gap_is_played_through_the_actors_and_refused_over_the_wire(tmp_path: Path) -> None:
    batch = small()
    batch["kind"][400] = Kind.GAP
    batch["kind"][401], batch["seed_price_size"][401], batch["seed_size"][401] = Kind.SEED, 20_000 * 500, 500
    tape = tape_file(tmp_path / "gap.parquet", batch, meta=META)
    hashes = {
        profile["decision_hash"]
        for fidelity in ("core", "actors")
        for profile in json.loads(
            bn(tmp_path, "sim", str(tape), "--json", "--profile=final", *OFTEN, f"--fidelity={fidelity}").stdout
        )["profiles"]
    }
    assert len(hashes) == 1
    refused = bn(tmp_path, "sim", str(tape), "--profile=final", "--fidelity=wire")
    assert refused.returncode == 2
    at_ns = int(batch["ts_ns"][400])
    assert complaints(refused.stderr) == (
        f"bn: --fidelity wire: the tape has a gap at {at_ns} ns, which TWS has no word for; expected none, "
        "or --fidelity actors\n"
    )
