"""What a recorded run began with, out of its first frame, and what of it a user has changed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from simulator.chaos.saved import CONFIGURED
from simulator.chaos.scenario import draw
from simulator.flight.session import Recorded
from system.broker.address import Address
from system.config import load_over
from system.domain.errors import BnError, InputError
from system.domain.hours import Hours
from system.domain.link_state import LinkRules
from system.domain.session import Calendar
from system.wiring.memory import Memory
from system.wiring.rules import at_a_mock, live_rules
from system.wiring.spelling import read
from system.wiring.wiring import Rules


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """`account` as it is in the recording: masked."""

    address: Address
    account: str
    is_paper: bool
    rules: Rules
    memory: Memory


def start_of(run: Recorded, config: Path | None, overrides: Sequence[str]) -> Start:
    """Raises InputError for what is no beginning, or cannot be changed so."""
    head = run.head
    try:
        rules = _of_chaos(head, config, overrides) if "chaos" in head else _of_live(head, config, overrides)
        return Start(
            address=Address(host=str(head["host"]), port=int(head["port"]), client_id=int(head["client_id"])),
            account=str(head["account"]),
            is_paper=bool(head["paper"]),
            rules=rules,
            memory=read(Memory, head["journal"]["memory"]),
        )
    except BnError as error:
        raise InputError(f"{run.path}: {error}") from None
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise InputError(
            f"{run.path}: frame 1: {type(error).__name__}: {error}: expected what a run began with"
        ) from None


def _of_live(head: Mapping[str, Any], config: Path | None, overrides: Sequence[str]) -> Rules:
    loaded = load_over(head["config"], config, overrides)
    rules = live_rules(loaded, client_id=int(head["client_id"]), is_dry=bool(head["dry"]))
    return at_a_mock(rules) if head["mode"] == "mock" else rules


def chaos_rules(seed: int, configured: Mapping[str, int]) -> Rules:
    """Those of a seed's scenario, with what a life was configured to."""
    scenario = draw(seed)
    said: dict[str, Any] = {name: int(configured[name]) for name in CONFIGURED}
    settings = replace(scenario.settings, **said)
    link = LinkRules(hours=Hours(Calendar(settings.closures)))
    return Rules(settings=settings, link=link, orders=scenario.orders, rolls=True, checks_margin=True)


def _of_chaos(head: Mapping[str, Any], config: Path | None, overrides: Sequence[str]) -> Rules:
    if config is not None or overrides:
        raise InputError("a run of bn chaos, whose rules are its seed's: expected neither --config nor --set")
    return chaos_rules(int(head["chaos"]), head["settings"])
