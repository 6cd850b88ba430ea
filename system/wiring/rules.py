"""From the configuration to the rules that the actors live by."""

from dataclasses import replace

from system.config import Config
from system.config.link import link_rules
from system.config.orders import order_rules
from system.domain.link_state import NEVER_NS
from system.wiring.wiring import Rules


def live_rules(config: Config, *, client_id: int, is_dry: bool) -> Rules:
    """Those of `bn live`. Raises InputError where they would deny every entry."""
    return Rules(
        settings=config.settings(),
        link=link_rules(config),
        orders=order_rules(config, client_id),
        allow_partial_vwap=config.allow_partial_vwap,
        is_dry=is_dry,
        rolls=True,
        checks_margin=config.margin_check,
    )


def at_a_mock(rules: Rules) -> Rules:
    """At a mock, whose market may go faster than any clock."""
    return replace(rules, link=replace(rules.link, skew_alarm_ns=NEVER_NS, skew_max_ns=NEVER_NS))
