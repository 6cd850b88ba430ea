"""The real hour beside the project, where it is: licensed data, read in place, nothing of it copied or printed."""

from pathlib import Path

import numpy as np
import pytest

from system.domain.ticks import QUOTE, TRADE
from system.storage.importing.run import import_tape
from tests.storage.recordings import read_tape

TAPES = next(
    (
        folder / "shared" / "tapes"
        for folder in Path(__file__).resolve().parents
        if (folder / "shared" / "tapes").is_dir()
    ),
    None,
)
pytestmark = pytest.mark.skipif(TAPES is None, reason="no folder shared/tapes beside the project: licensed data")


def source(name: str) -> Path:
    assert TAPES is not None
    path = TAPES / name
    if not path.exists():
        pytest.skip(f"no {name} in shared/tapes: licensed data")
    return path


def test_the_book_rebuilt_from_orders_gives_the_quotes_and_trades_of_the_table(tmp_path: Path) -> None:
    orders = import_tape([source("esh4-glbx-mdp3-20231225.mbo.dbn.zst")], tmp_path / "mbo.parquet", None, None)
    import_tape([source("esh4-20231225.parquet")], tmp_path / "table.parquet", "ES", None)
    rebuilt = read_tape(tmp_path / "mbo.parquet")
    assert np.array_equal(rebuilt, read_tape(tmp_path / "table.parquet"))
    assert (orders.meta.symbol, str(orders.meta.contract_month)) == ("ES", "2024-03")
    assert (orders.counts["quote"], orders.counts["trade"]) == (25_439, 2_973)


def test_every_trade_carries_the_last_valid_quote_before_it(tmp_path: Path) -> None:
    import_tape([source("esh4-20231225.parquet")], tmp_path / "table.parquet", "ES", None)
    held = (0, 0, 0, 0)
    for row in read_tape(tmp_path / "table.parquet"):
        quote = tuple(int(row[name]) for name in ("bid_ticks", "ask_ticks", "bid_size", "ask_size"))
        if row["kind"] == QUOTE and quote[0] < quote[1] and min(quote[2:]) > 0:
            held = quote
        assert row["kind"] != TRADE or quote == held


@pytest.mark.parametrize(("schema", "counts"), [("trades", (0, 4)), ("tbbo", (4, 4)), ("mbp-1", (4, 0))])
def test_databento_s_own_fixtures_are_read(tmp_path: Path, schema: str, counts: tuple[int, int]) -> None:
    done = import_tape([source(f"es-4rows.{schema}.dbn.zst")], tmp_path / "t.parquet", None, None)
    assert (done.counts["quote"], done.counts["trade"]) == counts
    assert (done.meta.symbol, str(done.meta.contract_month)) == ("ES", "2021-03")
