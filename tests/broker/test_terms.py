"""Orders and prices at the edge: what cannot be true is refused there."""

import math
from dataclasses import replace

import ib_insync
import pytest
from hypothesis import given
from hypothesis import strategies as st

from system.broker.terms import contracts, order_of, signed, terms_of, ticks, touch
from system.domain.order_events import Terms


@given(st.integers(1, (1 << 28) - 1))
def test_every_price_on_the_grid_is_its_ticks(price_ticks: int) -> None:
    assert ticks(price_ticks / 4) == price_ticks


@pytest.mark.parametrize("price", [0.0, -1.0, 1.7976931348623157e308, math.inf])
def test_f16_what_tws_says_for_no_price_is_none(price: float) -> None:
    assert ticks(price) == 0


@pytest.mark.parametrize("price", [5000.1, 0.1, -0.25, -2.0, math.nan, -math.inf, 1e9, 5000.2500001])
def test_what_no_price_can_be_is_refused(price: float) -> None:
    with pytest.raises(ValueError, match="expected one on the grid"):
        ticks(price)


@pytest.mark.parametrize("size", [0.5, -1, math.nan, math.inf, 2.0**30])
def test_what_no_size_can_be_is_refused(size: float) -> None:
    with pytest.raises(ValueError, match="whole number of contracts"):
        contracts(size)


def test_what_is_held_has_a_sign() -> None:
    assert [signed(held) for held in (3.0, -3.0, 0.0)] == [3, -3, 0]


@pytest.mark.parametrize(("price", "size"), [("5000.1", "1"), ("5000", "0.5"), ("5000", "nan"), ("", "1")])
def test_a_side_of_a_quote_that_cannot_be_is_refused(price: str, size: str) -> None:
    with pytest.raises(ValueError, match=r"expected|convert"):
        touch(price, size)


TERMS = st.builds(
    Terms,
    order_id=st.integers(0, 10**9 - 1),
    ref=st.text(max_size=20),
    side=st.sampled_from([1, -1]),
    contracts=st.integers(1, 100),
    type=st.just("MKT"),
    tif=st.sampled_from(["DAY", "GTC"]),
    outside_rth=st.booleans(),
    trigger_method=st.integers(0, 8),
    parent_id=st.integers(0, 10**9 - 1),
)


@given(TERMS, st.sampled_from(["MKT", "LMT", "STP"]), st.integers(1, 100_000), st.sampled_from(["", "bn-1"]))
def test_terms_survive_the_way_there_and_back(terms: Terms, kind: str, price_ticks: int, group: str) -> None:
    terms = replace(
        terms,
        type=kind,
        limit_ticks=price_ticks if kind == "LMT" else 0,
        stop_ticks=price_ticks if kind == "STP" else 0,
        group=group,
        group_type=2 if group else 0,
    )
    sent = order_of(terms, "DU1", transmit=True)
    assert terms_of(sent) == terms
    assert (sent.account, sent.transmit) == ("DU1", True)


@pytest.mark.parametrize(
    "odd", [{"action": "SSHORT"}, {"totalQuantity": 0.5}, {"orderType": "LMT", "lmtPrice": 5000.1}, {"orderId": 10**9}]
)
def test_an_order_that_ours_can_never_look_like_is_refused(odd: dict[str, object]) -> None:
    with pytest.raises((ValueError, KeyError)):
        terms_of(ib_insync.Order(**({"action": "BUY", "totalQuantity": 1, "orderType": "MKT"} | odd)))
