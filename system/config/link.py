"""From what the user wrote to the rules of the link."""

from datetime import date
from zoneinfo import ZoneInfo

from system.config.model import WEEKDAYS, Config, MaintenanceWindow
from system.config.values import scaled
from system.domain.hours import Hours
from system.domain.link_state import LinkRules
from system.domain.maintenance import Window
from system.domain.session import Calendar


def link_rules(config: Config) -> LinkRules:
    """How TWS is dialled, and when it is expected to be there."""
    windows = [window(written) for written in config.maintenance]
    return LinkRules(
        hours=Hours(Calendar(config.closures), windows, scaled(config.maintenance_margin_s, 9)),
        tries=config.link_tries,
        pause_ns=scaled(config.link_pause_s, 9),
        sync_ns=scaled(config.link_timeout_s, 9),
        stable_ns=scaled(config.link_stable_s, 9),
        stall_ns=scaled(config.data_stall_s, 9),
        spacing_ns=scaled(config.tick_spacing_s, 9),
        allow_sampled=config.allow_sampled,
        patience_ns=scaled(config.link_patience_s, 9),
        skew_max_ns=scaled(config.max_clock_skew_s, 9),
    )


def window(written: MaintenanceWindow) -> Window:
    """The core's form of a window."""
    return Window(
        name=written.name,
        zone=ZoneInfo(written.zone),
        start_s=written.start,
        end_s=written.end,
        days=frozenset(WEEKDAYS.index(day) for day in written.days),
        first_day=written.first_day or date.min,
        last_day=written.last_day or date.max,
    )
