"""The quote board, taken event by event or in one go."""

import pytest
from hypothesis import given

from simulator.tws.data import board as board_module
from simulator.tws.data.board import Board
from system.domain.ticks import SEED
from tests.tws.data.floor import NOON, PRICE, SECOND, Row, batch_of, quote, tapes, trade


@given(tapes())
def test_a_loop_and_array_calls_see_the_same(rows: list[Row]) -> None:
    loop, arrays = Board(), Board()
    batch = batch_of(rows)
    for start in range(0, len(batch), board_module.FEW):
        loop.see(batch[start : start + board_module.FEW])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(board_module, "FEW", 0)
        arrays.see(batch)
    assert loop == arrays


def test_a_seed_shows_nothing() -> None:
    board = Board()
    board.see(batch_of([{"ts_ns": NOON, "kind": SEED, "seed_size": 9}]))
    assert board == Board()


def test_the_sessions_trades_are_counted_anew_and_its_last_price_is_the_next_ones_close() -> None:
    board = Board()
    board.begin_session()
    assert not board.close_known
    board.see(batch_of([quote(NOON), trade(NOON, PRICE, 3), trade(NOON + SECOND, PRICE + 2, 1)]))
    assert (board.open_ticks, board.high_ticks, board.low_ticks, board.volume) == (PRICE, PRICE + 2, PRICE, 4)
    board.end_session()
    assert (board.bid_size, board.final_sizes) == (0, (10, 20))
    board.begin_session()
    assert (board.volume, board.close_ticks, board.close_known) == (0, PRICE + 2, True)
    board.see(batch_of([trade(NOON + 2 * SECOND, PRICE - 5)]))
    assert (board.open_ticks, board.high_ticks, board.low_ticks) == (PRICE - 5, PRICE - 5, PRICE - 5)
