"""A kind of picture: what it draws of a segment's curves, on which axes, and what real ES shows there."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Any, Final

Curves = Mapping[str, Any]  # of one segment
Drawn = dict[str, Any]
DIGITS: Final = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Axis:
    """`ticks` says where the labels are, for an axis that would choose badly; `zero` keeps 0 on it, or 100 % where log.

    A share is drawn in percent.
    """

    title: str
    log: bool = False
    zero: bool = False
    percent: bool = False
    ticks: tuple[tuple[float, str], ...] = ()

    def values(self, given: Sequence[Any]) -> list[Any]:
        """As they are drawn; None for what this axis cannot show."""
        return [self._value(value) for value in given]

    def _value(self, value: Any) -> Any:
        if value is None or isinstance(value, str):
            return value
        number = float(value) * (100 if self.percent else 1)
        shown = isfinite(number) and not (self.log and number <= 0)
        return float(f"{number:.{DIGITS}g}") if shown else None  # JSON knows no NaN, a page needs no seventeen digits


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """One line, or one set of bars. Only points with both values are drawn."""

    x: Sequence[Any]
    y: Sequence[Any]
    words: str = ""  # beside the tape's name
    dash: str = "solid"
    bars: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """One kind of picture. `lines` may raise KeyError where a curve is missing: then there was too little data."""

    key: str
    title: str
    caption: str
    x: Axis
    y: Axis
    lines: Callable[[Curves], list[Series]]
    note: Callable[[Curves], str] = lambda _: ""
    segments: tuple[str, ...] = ("rth", "overnight")
    styles: tuple[tuple[str, str], ...] = ()  # dash and meaning, for the legend
    reference: tuple[Series, ...] = ()  # grey, of no tape
    markers: bool = True

    def drawn(self, segment: str, tapes: Sequence[Mapping[str, Curves]]) -> Drawn:
        """Every tape's lines in one segment; a tape that has none is named as missing."""
        series: list[Drawn] = []
        notes: list[list[Any]] = []
        missing: list[int] = []
        for tape, curves in enumerate(tapes):
            try:
                found = [one for line in self.lines(curves[segment]) if (one := self._plain(line))["x"]]
                note = self.note(curves[segment])
            except KeyError:
                found, note = [], ""
            series += [{**one, "tape": tape} for one in found]
            if not found:
                missing.append(tape)
            elif note:
                notes.append([tape, note])
        reference = [{**self._plain(line), "tape": None} for line in self.reference]
        return {
            "segment": segment,
            "series": [*reference, *series] if series else [],
            "missing": missing,
            "notes": notes,
        }

    def _plain(self, series: Series) -> Drawn:
        """Plain numbers of few digits, without those that the axes cannot show."""
        pairs = [
            (x, y)
            for x, y in zip(self.x.values(series.x), self.y.values(series.y), strict=True)
            if x is not None and y is not None
        ]
        return {
            "x": [x for x, _ in pairs],
            "y": [y for _, y in pairs],
            "words": series.words,
            "dash": series.dash,
            "bars": series.bars,
        }
