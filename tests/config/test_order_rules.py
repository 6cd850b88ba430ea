"""What the user wrote about the hard limits, as the core gets it."""

import pytest

from system.config import Config, load_config
from system.config.orders import order_rules
from system.domain.errors import InputError
from system.domain.limits import OrderRules


def test_the_defaults_are_the_cores() -> None:
    assert order_rules(Config(), client_id=1) == OrderRules(client_id=1)


def test_the_limits_have_the_users_numbers() -> None:
    numbers = [
        "max_position_contracts=4",
        "max_orders_per_minute=9",
        "max_spread_ticks=3",
        "max_day_loss_open_usd=750.5",
    ]
    assert order_rules(load_config(None, numbers, {}), client_id=7) == OrderRules(
        client_id=7, max_contracts=4, max_orders_per_minute=9, max_spread_ticks=3, max_day_loss_cents=75_050
    )


def test_an_entry_that_no_limit_would_let_pass_is_refused_at_once() -> None:
    config = load_config(None, ["contracts=3", "max_position_contracts=2"], {})
    with pytest.raises(InputError, match=r"contracts = 3: expected at most max_position_contracts \(2\)"):
        order_rules(config, client_id=1)
    assert (
        order_rules(load_config(None, ["contracts=2", "max_position_contracts=2"], {}), client_id=1).max_contracts == 2
    )


@pytest.mark.parametrize("line", ["max_orders_per_minute=2", "max_position_contracts=0", "max_spread_ticks=0"])
def test_a_limit_that_lets_nothing_pass_is_no_limit(line: str) -> None:
    with pytest.raises(InputError, match="expected a whole number from"):
        load_config(None, [line], {})
