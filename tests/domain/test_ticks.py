"""The batch: its row is packed as the kernels read it, and what is not named is zero."""

from system.domain.ticks import EVENT, TRADE, Kind, batch_from, batch_of, empty_batch


def test_a_row_is_56_bytes() -> None:
    assert EVENT.itemsize == 56


def test_fields_that_are_not_named_are_zero() -> None:
    batch = batch_of(kind=[TRADE, Kind.QUOTE], price_ticks=[20_000, 0])
    assert batch["kind"].tolist() == [1, 0]
    assert batch["price_ticks"].tolist() == [20_000, 0]
    assert batch["ts_ns"].tolist() == [0, 0]
    assert len(empty_batch(3)) == 3


def test_rows_hold_the_fields_in_their_order() -> None:
    row = (1, 2, 3, 4, 5, 6, 7, 8, 9, TRADE, -1)
    assert batch_from([row, row]).tolist() == [row, row]
