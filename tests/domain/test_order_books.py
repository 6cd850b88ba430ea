"""The book by executions, and how far orders may reach."""

from dataclasses import replace
from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from system.domain.book import EXPLAINED_NS, INFERRED, KEPT_NS, Book, Execution, add, is_new, split_id
from system.domain.intent import Order, Role
from system.domain.limits import reach, worst
from system.domain.order_state import OrderState


def execution(side: int = 1, contracts: int = 1, ts_ns: int = 0) -> Execution:
    return Execution(revision=0, order_id=1, side=side, contracts=contracts, price_ticks=4000, ts_ns=ts_ns)


def test_the_last_part_of_an_id_is_its_revision() -> None:
    assert split_id("0000e0d5.65f1.01.02") == ("0000e0d5.65f1.01", 2)
    assert split_id("odd") == ("odd", 0)
    assert split_id("a.b") == ("a.b", 0)


def test_an_execution_told_again_changes_nothing() -> None:
    book = add(Book(), "a.1", execution())
    assert add(book, "a.1", execution()) is book
    assert not is_new(book, "a.1")
    assert is_new(book, "a.2")


def test_ids_that_never_come_again_are_forgotten_and_their_contracts_are_not() -> None:
    book = add(Book(), "a.1", execution())
    book = add(book, "b.1", execution(ts_ns=KEPT_NS + 1))
    assert (book.position, list(book.executions)) == (2, ["b"])


def test_what_is_held_has_the_price_of_the_last_execution_on_its_side() -> None:
    book = add(Book(), "a.1", replace(execution(), price_ticks=4000))
    book = add(book, "b.1", replace(execution(), price_ticks=4002))
    book = add(book, "c.1", replace(execution(side=-1), price_ticks=4010))
    assert (book.position, book.held_at_ticks) == (1, 4002)
    assert Book().held_at_ticks == 0


def test_executions_take_the_place_of_inferred_ones_of_their_side() -> None:
    book = add(Book(3), "inferred7.1", execution(-1, 3))
    book = add(book, "a.1", execution(-1, 2))
    assert (book.position, book.executions["inferred7"].contracts) == (0, 1)
    book = add(book, "b.1", execution(1, 1))
    assert book.position == 1
    book = add(book, "c.1", execution(-1, 1))
    assert (book.position, list(book.executions)) == (1, ["a", "b", "c"])


def test_an_execution_explains_no_inferred_fill_of_days_ago() -> None:
    for age_ns, position in ((EXPLAINED_NS - 1, -1), (EXPLAINED_NS, -2)):
        book = add(Book(), f"{INFERRED}9.1", replace(execution(side=-1), order_id=0))
        assert add(book, "a.1", execution(side=-1, ts_ns=age_ns)).position == position


def test_what_fills_an_order_that_lives_explains_no_inferred_fill_that_was_ascribed_to_none() -> None:
    book = add(Book(3), "inferred7.1", replace(execution(-1, 1), order_id=0))
    book = add(book, "a.1", execution(-1, 2), is_live=True)
    assert (book.position, list(book.executions)) == (0, ["inferred7", "a"])
    book = add(book, "b.1", execution(-1, 1))
    assert (book.position, list(book.executions)) == (0, ["a", "b"])


def test_an_inferred_fill_of_one_order_is_explained_by_no_other() -> None:
    book = add(Book(3), "inferred7.1", execution(-1, 1))
    assert add(book, "a.1", replace(execution(-1, 1), order_id=2)).position == 1
    assert add(book, "a.1", execution(-1, 1), is_live=True).position == 2


ORDERS = st.builds(
    Order,
    order_id=st.integers(1, 5),
    role=st.just(Role.STOP),
    side=st.sampled_from([1, -1]),
    contracts=st.integers(1, 4),
    filled=st.integers(0, 2),
    group=st.sampled_from(["", "a", "b"]),
    state=st.sampled_from([OrderState.WORKING, OrderState.UNKNOWN, OrderState.CANCELED]),
)


@given(st.integers(-3, 3), st.lists(ORDERS, max_size=5, unique_by=lambda order: order.order_id))
def test_s01_the_worst_position_is_the_largest_over_all_subsets_that_groups_allow(
    held: int, orders: list[Order]
) -> None:
    reached = [held]
    for fills in product([False, True], repeat=len(orders)):
        chosen = [order for order, fill in zip(orders, fills, strict=True) if fill]
        keys = [(order.group, order.side) for order in chosen if order.group]
        if len(keys) == len(set(keys)):
            reached.append(held + sum(order.side * order.left for order in chosen))
    assert reach(held, orders) == (min(reached), max(reached))
    assert worst(held, orders) == max(abs(position) for position in reached)
