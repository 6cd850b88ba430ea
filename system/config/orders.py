"""From what the user wrote to the hard limits of the orders."""

from system.config.model import Config
from system.config.values import scaled
from system.domain.errors import InputError
from system.domain.limits import OrderRules


def order_rules(config: Config, client_id: int) -> OrderRules:
    """The limits that no signal can pass. Raises InputError where they would deny every entry."""
    most = config.max_position_contracts
    if config.contracts > most:
        raise InputError(f"contracts = {config.contracts}: expected at most max_position_contracts ({most})")
    return OrderRules(
        client_id=client_id,
        max_contracts=most,
        max_orders_per_minute=config.max_orders_per_minute,
        max_spread_ticks=config.max_spread_ticks,
        max_day_loss_cents=scaled(config.max_day_loss_open_usd, 2),
    )
