"""The page of tapes' facts: one HTML file with figures beside their bands, and the pictures people look at."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final, Protocol

from simulator.facts.gallery import PICTURES
from simulator.facts.picture import Picture
from simulator.report.bundle import asset, bundle
from system.storage.atomic_file import atomic_file

PACKAGE: Final = "simulator.facts"
SEGMENTS: Final = {"rth": "RTH, 09:30 to 16:00", "overnight": "Overnight", "day": "Whole day"}
TABLES: Final = (("rth", "overnight"), ("day",))  # the segments that share rows
COUNTED: Final = ("sessions", "events", "prints", "contracts")
Cell = list[str]  # the figure, the verdict in words, and its class


class Measured(Protocol):
    """What the page needs of a tape that was measured."""

    @property
    def name(self) -> str: ...

    @property
    def summary(self) -> Mapping[str, int]: ...

    @property
    def curves(self) -> Mapping[str, Mapping[str, Any]]: ...


class Judged(Protocol):
    """One figure beside its band; `inside` is None without a band or with too little data."""

    @property
    def key(self) -> str: ...

    @property
    def label(self) -> str: ...

    @property
    def unit(self) -> str: ...

    @property
    def segment(self) -> str: ...

    @property
    def value(self) -> float | None: ...

    @property
    def low(self) -> float | None: ...

    @property
    def high(self) -> float | None: ...

    @property
    def inside(self) -> bool | None: ...


Verdicts = Sequence[Judged]  # of one tape


def write_facts_page(path: Path, facts: Sequence[Measured], verdicts: Sequence[Verdicts]) -> None:
    """Write the page of one or several tapes, each with its verdicts.

    Raises InputError where `path` cannot be written; an existing file is replaced only then.
    """
    content = facts_page(facts, verdicts).encode()
    with atomic_file(path) as file:
        file.write(content)


def facts_page(facts: Sequence[Measured], verdicts: Sequence[Verdicts]) -> str:
    """The page as text."""
    return bundle(
        asset(PACKAGE, "page.html"),
        style=asset("simulator.report", "page.css") + asset(PACKAGE, "page.css"),
        contents=_contents(facts, verdicts),
        script=asset(PACKAGE, "page.js"),
    )


def _contents(facts: Sequence[Measured], verdicts: Sequence[Verdicts]) -> dict[str, Any]:
    assert facts, "a page of no tape"
    return {
        "segments": SEGMENTS,
        "tapes": [_tape(one, judged) for one, judged in zip(facts, verdicts, strict=True)],
        "tables": [table for segments in TABLES for table in _tables(segments, verdicts)],
        "half_hours": _half_hours(facts),
        "pictures": [_picture(picture, facts) for picture in PICTURES],
    }


def _tape(facts: Measured, verdicts: Verdicts) -> dict[str, Any]:
    judged = [one.inside for one in verdicts if one.inside is not None]
    counts = [_count(facts.summary[noun], noun) for noun in COUNTED if noun in facts.summary]
    return {
        "name": facts.name,
        "counts": counts,
        "inside": f"{judged.count(True)} of {len(judged)} inside their bands" if judged else "nothing to judge",
        "tone": "gain" if judged and all(judged) else "",  # not red: a real day has a few outside
    }


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun.removesuffix('s') if number == 1 else noun}"


def _picture(picture: Picture, facts: Sequence[Measured]) -> dict[str, Any]:
    curves = [one.curves for one in facts]
    return {
        "key": picture.key,
        "title": picture.title,
        "caption": picture.caption,
        "x": asdict(picture.x),
        "y": asdict(picture.y),
        "styles": picture.styles,
        "parts": [picture.drawn(segment, curves) for segment in picture.segments],
    }


def _half_hours(facts: Sequence[Measured]) -> list[str]:
    """All labels of the tapes in the order of a trading day, which begins at 18:00."""
    labels = {label for one in facts for label in one.curves.get("day", {}).get("half_hours", ())}
    return sorted(labels, key=lambda label: (label < "18:00", label))


def _tables(segments: Sequence[str], verdicts: Sequence[Verdicts]) -> list[dict[str, Any]]:
    """The facts with a band, then those without; a table with no row is left out."""
    by_place = [{(one.key, one.segment): one for one in judged} for judged in verdicts]
    rows: dict[bool, list[Any]] = {True: [], False: []}
    for key in dict.fromkeys(one.key for judged in verdicts for one in judged if one.segment in segments):
        found = [[places.get((key, segment)) for places in by_place] for segment in segments]
        some = next(one for group in found for one in group if one is not None)
        banded = any(_band(one) for group in found for one in group if one is not None)
        groups = [[_group_band(group), *map(_cell, group)] for group in found]
        rows[banded].append({"label": some.label, "unit": some.unit, "groups": groups})
    return [{"segments": list(segments), "banded": banded, "rows": listed} for banded, listed in rows.items() if listed]


def _group_band(group: Sequence[Judged | None]) -> str:
    """The band is the market's, so the same for every tape."""
    return next((band for one in group if one is not None and (band := _band(one))), "")


def _band(one: Judged) -> str:
    if one.low is None or one.high is None:
        return (
            "" if one.low is one.high else f"from {_figure(one.low)}" if one.high is None else f"to {_figure(one.high)}"
        )
    return _figure(one.low) if one.low == one.high else f"{_figure(one.low)} to {_figure(one.high)}"


def _cell(one: Judged | None) -> Cell:
    if one is None:
        return ["", "", ""]
    words, tone = "", ""
    if one.inside is not None:
        words, tone = ("inside", "gain") if one.inside else ("outside", "loss")
    elif _band(one) or one.value is None:
        words = "too little data"
    return [_figure(one.value), words, tone]


def _figure(value: float | None) -> str:
    if value is None:
        return ""
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"
