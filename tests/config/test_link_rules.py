"""What the user wrote about the link, as the core gets it."""

from system.config import Config, load_config
from system.config.link import link_rules
from system.domain.hours import Hours
from system.domain.link_state import LinkRules
from system.domain.session import Calendar
from tests.domain.tape import S, chicago, new_york


def test_the_defaults_are_the_cores() -> None:
    """All but the windows."""
    rules = link_rules(Config())
    assert rules == LinkRules(hours=rules.hours)


def test_the_link_has_the_users_numbers() -> None:
    numbers = ["link_tries=3", "link_pause_s=2.5", "link_timeout_s=4", "link_stable_s=30", "data_stall_s=20"]
    rules = link_rules(load_config(None, numbers, {}))
    assert (rules.tries, rules.pause_ns, rules.sync_ns, rules.stable_ns) == (3, 2_500_000_000, 4 * S, 30 * S)
    assert rules.stall_ns == 20 * S


def test_the_link_has_the_users_patience() -> None:
    rules = link_rules(load_config(None, ["link_patience_s=45", "max_clock_skew_s=5", "tick_spacing_s=0"], {}))
    assert (rules.patience_ns, rules.skew_max_ns, rules.spacing_ns) == (45 * S, 5 * S, 0)


def test_the_default_windows_are_the_break_and_the_resets() -> None:
    hours = link_rules(Config()).hours
    assert hours.at(new_york("2024-01-03 16:44:59")).ahead == ""
    assert hours.at(new_york("2024-01-03 16:45:00")).ahead == "daily restart"
    assert hours.at(new_york("2024-01-03 17:59:59")).window == "daily restart"
    assert hours.at(new_york("2024-07-03 00:15:00")).window == "nightly reset"
    assert hours.at(new_york("2024-07-03 01:45:00")).window == ""
    assert hours.at(new_york("2024-01-06 02:59:59")).window == "weekend reset"
    assert hours.at(new_york("2024-01-05 02:59:59")).window == ""


def test_no_windows_at_all_can_be_said() -> None:
    assert load_config(None, ["maintenance=[]"], {}).maintenance == ()


def test_a_window_has_its_zone_days_and_dates() -> None:
    text = (
        "maintenance=[{name='mine', zone='Europe/Zurich', days=['mon', 'sun'], start='23:00', end='24:00', "
        "first_day=2024-01-02, last_day='2024-01-08'}]"
    )
    hours: Hours = link_rules(load_config(None, [text], {})).hours
    for day, inside in ((1, False), (7, True), (8, True), (9, False), (14, False)):
        at_ns = chicago("2024-01-01 16:00:00") + (day - 1) * 86_400 * S
        assert bool(hours.at(at_ns).window) is inside, day


def test_the_users_closures_are_the_links_too() -> None:
    hours = link_rules(load_config(None, ["closures.2024-01-03=closed"], {})).hours
    assert not hours.at(new_york("2024-01-03 12:00:00")).is_open
    assert Hours(Calendar()).at(new_york("2024-01-03 12:00:00")).is_open
