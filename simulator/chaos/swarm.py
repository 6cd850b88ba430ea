"""What goes wrong in a run, drawn from its seed: a few kinds of faults, each with its own settings, and when.

A swarm: each seed leaves most kinds out, so that what is drawn can do its worst. Two of its kinds are its own in turn,
so that seeds in a row leave none out.
"""

from collections.abc import Callable
from random import Random
from typing import Any, Final

from simulator.chaos.blow import ACTORS, STEPS, Blow
from simulator.chaos.blow import KINDS as BLOWS
from simulator.chaos.plan import Plan, Regime
from simulator.faults.arguments import Value
from simulator.faults.kinds import KINDS
from simulator.faults.plan import Fault

MORE_KINDS_MAX: Final = 6  # beside the two in turn
WRONGS_A_MINUTE: Final = 1 / 12
WRONGS_MIN: Final = 10  # in all, before it is made more of
FIRST_S: Final = 20.0
LATER_S: Final = 0.5
NEW_TERMS_S: Final = (30.0, 90.0, 150.0)  # exits get new terms where a part of what they are for is taken back

Draw = Callable[[Random], dict[str, Value]]

ORDER_CODES: Final = (
    *(100, 103, 104, 105, 109, 110, 135, 161, 201, 202, 321, 354, 366, 383, 399, 404, 420, 434, 451),
    *(10147, 10148, 10167, 10168, 10197, 10349, 77_777),
)
CODES: Final = (*(1100, 1101, 1102, 2100, 2103, 2104, 2105, 2106, 2107, 2108, 2110, 2157, 2158, 10197, 504, 77_777),)
TOLD: Final = ("OrderStatus", "OpenOrder", "ExecDetails", "CommissionReport", "Error")
ASKED: Final = ("OpenOrderEnd", "ExecDetailsEnd", "PositionMultiEnd", "PositionMultiEnd", "CurrentTime", "OpenOrder")
GREETED: Final = ("NextValidId", "ManagedAccounts", "ContractDetails", "ContractDetailsEnd", "OpenOrderEnd")
TICKS: Final = ("TickByTickTrade", "TickByTickQuote")
WHICH: Final = ("any", "entry", "child", "stop", "limit")


def _span(low_s: float, high_s: float) -> Draw:
    return lambda chance: {"for": round(_log(chance, low_s, high_s), 1)}


def _log(chance: Random, low: float, high: float) -> float:
    """Short ones as often as long ones."""
    return float(low * (high / low) ** chance.random())


def _of(*names: str) -> Draw:
    return lambda chance: {"of": chance.choice(names)}


def _pick(name: str, *values: Value) -> Draw:
    return lambda chance: {name: chance.choice(values)}


def _nothing(_: Random) -> dict[str, Value]:
    return {}


def _all(*draws: Draw) -> Draw:
    return lambda chance: {name: value for draw in draws for name, value in draw(chance).items()}


def _while(chance: Random) -> dict[str, Value]:
    """One message, or all for a while."""
    return {"for": round(_log(chance, 1, 60), 1)} if chance.random() < 0.3 else {}


def _drop(chance: Random) -> dict[str, Value]:
    """An answer; or quotes for so long that trades go on without them."""
    if chance.random() < 0.3:
        return {"of": "TickByTickQuote", "for": round(_log(chance, 20, 180), 1)}
    return {"of": chance.choice((*TOLD, *ASKED, *TICKS)), **_while(chance)}


_THEN: Final = _pick("then", "late", "lost", "reset")

# Of each kind how it is drawn: settings by name, with `for` and `of` among them.
DRAWN: Final[dict[str, Draw]] = {
    "delay": _all(_span(2, 60), _pick("by", 0.05, 0.3, 1.0, 3.0)),
    "mute_out": _all(_span(0.5, 90), _THEN),
    "mute_in": _all(_span(0.5, 90), _THEN),
    "half_open": _all(_span(0.5, 120), _THEN),
    "reset": _nothing,
    "hang_up": _nothing,
    "reset_mid_frame": _of(*TOLD, *ASKED, *TICKS),
    "truncate": _all(_of(*TOLD, *ASKED, *TICKS), _pick("bytes", 1, 3, 40)),
    "oversize": _all(_of(*TOLD, *ASKED, *TICKS), _pick("length", 2**31 - 1, 0, -5, 100_000)),
    "garbage": _all(_of(*TOLD, *ASKED, *TICKS), _pick("bytes", 1, 40, 3000)),
    "unknown_message": _of(*TOLD, *ASKED, *TICKS),
    "duplicate": _all(_of(*TOLD, *ASKED, *TICKS), _while),
    "drop": _drop,
    "reorder": _all(_of(*TOLD, *ASKED), _while),
    "split": _all(_span(1, 20), _pick("bytes", 1, 2, 7)),
    "coalesce": _all(_span(5, 60), _pick("every", 0.2, 0.5, 2.0)),
    "slow": _all(_span(2, 30), _pick("rate", 300, 1000, 5000)),
    "refuse_326": _all(_span(2, 90), _pick("silent", False, True)),
    "stall_handshake": _span(2, 60),
    "version": _all(_span(2, 40), _pick("version", 100, 157, 163, 178)),
    "rate": _pick("close", True, False),
    "1100": _all(_span(1, 240), _pick("data", "kept", "lost")),
    "2110": _span(1, 60),
    "2103": _span(1, 120),
    "2105": _span(1, 60),
    "2157": _span(1, 60),
    "code": _pick("code", *CODES),
    "restart": _all(_span(5, 120), _pick("ids_lost", 0, 4, 12)),
    "stall": _span(5, 120),
    "sentinel": _span(1, 60),
    "crossed_book": _span(1, 60),
    "entitlement": _all(_span(10, 120), _pick("data", "delayed", "none", "competing")),
    "halt": _span(5, 300),
    "limit_lock": _all(_span(5, 120), _pick("side", "up", "down")),
    "gap": _pick("ticks", -80, -20, -9, 9, 20, 80),
    "swallow": _all(_of("PlaceOrder", "CancelOrder"), _while),
    "ack_late": _all(_while, _of("PlaceOrder", "CancelOrder"), _pick("by", 0.5, 3.0, 8.0)),
    "cancel_fill_race": _of("CancelOrder"),
    "ack_lost": _span(1, 60),
    "error": _all(_while, _pick("code", *ORDER_CODES), _pick("instead", False, False, True)),
    "reject": _all(_while, _pick("shape", "both", "error", "inactive"), _pick("which", *WHICH)),
    "preset": _all(_while, _pick("what", "day", "hours"), _pick("which", *WHICH)),
    "inactive": _all(_pick("by", 1.0, 10.0, 60.0), _pick("which", *WHICH)),
    "late_reject": _pick("which", *WHICH),
    "second_order": _pick("alone", False, True),
    "ids_back": _pick("ids", 1, 4, 12),
    "unasked_cancel": _pick("which", *WHICH),
    "fill_first": _span(5, 60),
    "commission": _all(_span(30, 600), _pick("how", "absent", "minus", "late")),
    "position_lag": _all(_span(10, 300), _pick("by", 0.5, 5.0, 9.0)),
    "correction": _all(_span(30, 600), _pick("ticks", -3, 1, 5), _pick("by", 0.001, 2.0, 30.0)),
    "bust": _pick("by", 0.001, 5.0),
    "manual_trade": _all(_pick("action", "BUY", "SELL"), _pick("contracts", 1, 2)),
    "foreign_order": _pick("action", "BUY", "SELL"),
    "liquidation": _nothing,
}
DEALT: Final[dict[str, Draw]] = {
    "kill": _all(
        _pick("where", *STEPS, "await"),
        lambda chance: {"steps": 1 + int(_log(chance, 1, 40))},
        _pick("restart", 0.1, 1.0, 5.0, 60.0),
        lambda chance: {"linger": 20.0} if chance.random() < 0.2 else {},
    ),
    "power": _all(lambda chance: {"steps": 1 + int(_log(chance, 1, 20)), "permille": chance.randrange(1001)}),
    "interrupt": _all(
        _pick("where", *STEPS),
        lambda chance: {"steps": 1 + int(_log(chance, 1, 40))},
        _pick("pressed", "once", "once", "twice"),
    ),
    "reconfigure": _all(
        _pick("contracts", 1, 2, 3),
        _pick("stop_ticks", 4, 6, 8, 12),
        _pick("target_ticks", 6, 10, 16),
        _pick("cooldown_s", 0, 10, 90, 600),
    ),
    "disk_full": _span(1, 60),
    "disk_error": _all(_span(1, 20), _pick("when", "before", "after")),
    "crash": _all(
        _pick("actor", *ACTORS),
        lambda chance: {"steps": 1 + int(_log(chance, 1, 200))},
        _pick("error", "bug", "memory"),
    ),
    "clock_step": _pick("by_ms", -3_600_000, -600_000, -1000, 1000, 3_600_000),
    "suspend": _span(2, 600),
    "stop": _span(1, 600),
    "second": _nothing,
    "operator": _pick("word", "halt", "resume", "flatten"),
}
AWAY: Final = ("suspend", "stop")
AWAY_SHARE: Final = 1 / 12  # of a run, at most: who sleeps all through it meets nothing
AT_DIAL: Final = ("refuse_326", "stall_handshake", "version")  # seen only by who dials

assert set(DRAWN) == set(KINDS), "every kind of fault is drawn"
assert set(DEALT) == set(BLOWS), "every kind of blow is drawn"


def drawn(seed: int, minutes: int = 120) -> Plan:
    """The plan of a seed."""
    chance = Random(f"swarm {seed}")
    regime: Regime = chance.choice(("safety", "liveness"))
    names = _kinds(seed, chance)
    last_s = min(minutes * 60.0, Plan(seed=seed, minutes=minutes, regime=regime).heal_s)
    count = round(max(WRONGS_MIN, minutes * WRONGS_A_MINUTE) * chance.choice((1.0, 1.0, 1.5, 2.5)))
    faults: list[Fault] = []
    blows: list[Blow] = []
    for number in range(count):
        name = names[number % len(names)]
        at_s = round(chance.uniform(FIRST_S, max(FIRST_S, last_s)), 1)
        if name in DEALT:
            blows.append(_blow(name, at_s, last_s, DEALT[name](chance)))
        else:
            faults += _faults(name, at_s, last_s, DRAWN[name](chance))
    faults.sort(key=lambda fault: fault.at_s or 0.0)
    blows.sort(key=lambda blow: blow.at_s)
    return Plan(seed=seed, minutes=minutes, regime=regime, faults=tuple(faults), blows=tuple(blows))


def _kinds(seed: int, chance: Random) -> list[str]:
    """Two in turn, and some by chance. In each round of seeds, as many as there are kinds, the turns are others."""
    everything = [*DRAWN, *DEALT]
    round_of, turn = divmod(seed, len(everything))
    turns = Random(f"turns {round_of}").sample(everything, len(everything))
    names = {turns[turn]: None, turns[turn - 1]: None}
    names |= dict.fromkeys(chance.sample(everything, chance.randint(0, MORE_KINDS_MAX)))
    return list(names)


def _blow(name: str, at_s: float, last_s: float, settings: dict[str, Any]) -> Blow:
    settings = _within(settings, at_s, last_s)
    if name in AWAY:
        settings["for"] = min(settings["for"], round(last_s * AWAY_SHARE, 1))
    return Blow(kind=name, at_s=at_s, arguments=settings)


def _faults(name: str, at_s: float, last_s: float, settings: dict[str, Value]) -> list[Fault]:
    """A fault, with what it takes to be met: a new connection, or new terms for an order."""
    settings = _within(settings, at_s, last_s)
    own = {key: value for key, value in settings.items() if KINDS[name].argument(key) is not None}
    more: dict[str, Any] = {"for_s": settings.get("for"), "of": settings.get("of")}
    fault = Fault(kind=name, at_s=at_s, arguments=own, **more)
    if name in AT_DIAL:
        return [fault, Fault(kind="reset", at_s=at_s + LATER_S)]
    if name == "second_order":
        return [fault, *(Fault(kind="bust", at_s=at_s + more_s) for more_s in NEW_TERMS_S if at_s + more_s < last_s)]
    return [fault]


def _within(settings: dict[str, Value], at_s: float, last_s: float) -> dict[str, Value]:
    """Over by the end."""
    if isinstance(settings.get("for"), int | float):
        settings["for"] = max(0.1, min(float(settings["for"]), round(last_s - at_s, 1)))
    return settings
