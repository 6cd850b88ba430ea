"""A plan of chaos: the seed of the market and of all chance, how long, and what goes wrong; as TOML.

    seed = 7
    minutes = 120
    regime = "liveness"
    [[fault]]
    kind = "1100"
    at = "90s"
    for = "30s"
    [[blow]]
    kind = "kill"
    at = "600s"
    where = "commit"

`[[fault]]` is one of the mock TWS's (`simulator.faults.plan`), `[[blow]]` one to the program (`simulator.chaos.blow`).
"""

import math
import tomllib
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, Literal, get_args

from simulator.chaos.blow import Blow, read_blow, write_blow
from simulator.faults.plan import FAULTS_MAX, Fault, plan_of, write_plan
from simulator.faults.plan import Plan as FaultPlan
from system.domain.errors import InputError
from system.text_file import read_text

Regime = Literal["safety", "liveness"]
MINUTES_MAX: Final = 24 * 60
CALM_S: Final = 600.0  # at the end of the regime `liveness`
_HEAD: Final = ("seed", "minutes", "regime", "fault", "blow")


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """One run. In the regime `liveness` nothing goes wrong in its last minutes."""

    seed: int
    minutes: int = 120
    regime: Regime = "safety"
    faults: tuple[Fault, ...] = ()
    blows: tuple[Blow, ...] = ()

    @property
    def wrongs(self) -> tuple[Fault | Blow, ...]:
        """All that goes wrong, in one list."""
        return (*self.faults, *self.blows)

    def only(self, wrongs: tuple[Fault | Blow, ...]) -> "Plan":
        """The same with no more than these."""
        return replace(
            self,
            faults=tuple(wrong for wrong in wrongs if isinstance(wrong, Fault)),
            blows=tuple(wrong for wrong in wrongs if isinstance(wrong, Blow)),
        )

    @property
    def heal_s(self) -> float:
        """From when on nothing begins any more, though it wait for its moment."""
        return max(self.minutes * 60.0 - CALM_S, self.minutes * 18.0) if self.regime == "liveness" else math.inf

    @property
    def of_tws(self) -> FaultPlan:
        """What the mock TWS is to do."""
        return FaultPlan(seed=self.seed, faults=self.faults)


def load_chaos(path: Path) -> Plan:
    """Read a file. Raises InputError, one line that names the key."""
    return read_chaos(read_text(path), str(path))


def read_chaos(text: str, name: str) -> Plan:
    """Read TOML; `name` says in errors where it is from. Raises InputError."""
    try:
        table = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as wrong:
        raise InputError(f"{name}: {wrong}".splitlines()[0]) from None
    for key in table:
        if key not in _HEAD:
            raise InputError(f"{name}: unknown key {key!r}; expected one of {', '.join(_HEAD)}")
    minutes = table.get("minutes", 120)
    if not isinstance(minutes, int) or isinstance(minutes, bool) or not 1 <= minutes <= MINUTES_MAX:
        raise InputError(f"{name}: minutes: {minutes!r}; expected a whole number from 1 to {MINUTES_MAX}")
    regime = table.get("regime", "safety")
    if regime not in get_args(Regime):
        raise InputError(f"{name}: regime: {regime!r}; expected safety or liveness")
    entries = table.get("blow", [])
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise InputError(f"{name}: blow: expected tables that begin with [[blow]]")
    if len(entries) > FAULTS_MAX:
        raise InputError(f"{name}: {len(entries)} blows; expected at most {FAULTS_MAX}")
    blows = tuple(read_blow(entry, f"{name}: blow {number}") for number, entry in enumerate(entries, 1))
    faults = plan_of({key: table[key] for key in ("seed", "fault") if key in table}, name)
    return Plan(seed=faults.seed, minutes=minutes, regime=regime, faults=faults.faults, blows=blows)


def write_chaos(plan: Plan) -> str:
    """The plan as TOML that reads back as the same plan."""
    head, _, faults = write_plan(plan.of_tws).partition("\n")
    lines = [head, f"minutes = {plan.minutes}", f'regime = "{plan.regime}"']
    text = "\n".join(lines) + "\n" + faults
    for blow in plan.blows:
        text += "\n".join(["", "[[blow]]", *write_blow(blow)]) + "\n"
    return text
