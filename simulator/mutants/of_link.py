"""Bugs of the link."""

from functools import partial
from typing import Any

from simulator.chaos import process
from simulator.mutants.swap import Swap
from system.actors.watchdog import Watchdog
from system.domain import link_events as events
from system.domain.data_health import DataHealth
from system.domain.link_draft import Draft
from system.domain.link_state import LinkRules, Step
from system.domain.settings import SECOND_NS

LONG_NS = 3600 * SECOND_NS


def no_heartbeat() -> list[Swap]:
    """A probe that is not answered is waited for, for ever."""
    rules = partial(LinkRules, probe_deadline_ns=LONG_NS, probe_age_ns=3 * LONG_NS)
    return [Swap(process, "LinkRules", rules)]


def stall_unnoticed() -> list[Swap]:
    """A stream may be silent for as long as it likes."""
    return [Swap(process, "LinkRules", partial(LinkRules, stall_ns=LONG_NS)), Swap(DataHealth, "faults", _no_faults)]


def _no_faults(_data: DataHealth, _now_ns: int, _opened_ns: int, _stall_ns: int) -> Any:
    return iter(())


def never_dials_again() -> list[Swap]:
    """A connection that is lost is not made again."""
    before = Draft.fall

    def fall(draft: Draft, happened: Step, reason: str) -> None:
        before(draft, happened, reason)
        draft.set(dial_due_ns=draft.now_ns + LONG_NS)

    return [Swap(Draft, "fall", fall)]


def gives_up_silently() -> list[Swap]:
    """The last failure is not told."""
    before = Watchdog._do

    def do(watchdog: Watchdog, command: Any, now_ns: int) -> None:
        if not (isinstance(command, events.Alert) and command.name == "link_gave_up"):
            before(watchdog, command, now_ns)

    return [Swap(Watchdog, "_do", do)]


def tries_reset_too_early() -> list[Swap]:
    """A link that has been READY for an instant is as good as new."""
    return [Swap(process, "LinkRules", partial(LinkRules, stable_ns=0))]


def tries_without_end() -> list[Swap]:
    """It never gives up."""
    return [Swap(process, "LinkRules", partial(LinkRules, tries=1 << 30))]
