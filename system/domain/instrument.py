"""ES and MES: tick, money and contract months. Prices are integer ticks; money is integer cents."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from typing import Final

TICKS_PER_POINT: Final = 4  # of ES and MES alike
MONTH_CODES: Final = {"H": 3, "M": 6, "U": 9, "Z": 12}


@dataclass(frozen=True, slots=True, kw_only=True)
class Instrument:
    """One tradable product. `tick_cents` is the value of one tick of one contract in cents."""

    symbol: str
    tick: Decimal  # points
    usd_per_point: int
    tick_cents: int
    commission_cents: int  # per contract and side, the default


ES: Final = Instrument(symbol="ES", tick=Decimal("0.25"), usd_per_point=50, tick_cents=1250, commission_cents=225)
MES: Final = Instrument(symbol="MES", tick=Decimal("0.25"), usd_per_point=5, tick_cents=125, commission_cents=62)
INSTRUMENTS: Final = {"ES": ES, "MES": MES}


@dataclass(frozen=True, slots=True, order=True)
class ContractMonth:
    """A quarterly expiry, e.g. 2024-03 (H4)."""

    year: int
    month: int

    def __post_init__(self) -> None:
        if self.month not in MONTH_CODES.values():
            raise ValueError(
                f"contract month {self.year}-{self.month:02d}: expected March, June, September or December"
            )

    @classmethod
    def parse(cls, text: str) -> "ContractMonth":
        """From `2024-03`, `202403` or `20240315`. Raises ValueError on anything else."""
        digits = text.strip().replace("-", "")
        if not digits.isdigit() or len(digits) not in (6, 8):
            raise ValueError(f"contract month {text!r}: expected YYYY-MM")
        return cls(int(digits[:4]), int(digits[4:6]))

    def __str__(self) -> str:
        return f"{self.year}-{self.month:02d}"

    @property
    def third_friday(self) -> date:
        return _third_friday(self.year, self.month)

    def roll_date(self, roll_days: int) -> date:
        """No entry is made in this contract in sessions dated on or after this day."""
        return self.third_friday - timedelta(days=roll_days)

    def next(self) -> "ContractMonth":
        return ContractMonth(self.year + 1, 3) if self.month == 12 else ContractMonth(self.year, self.month + 3)


def front_month(day: date, roll_days: int) -> ContractMonth:
    """The nearest quarterly month whose roll date lies after `day`."""
    month = ContractMonth(day.year, 3)
    while month.roll_date(roll_days) <= day:
        month = month.next()
    return month


@cache
def _third_friday(year: int, month: int) -> date:
    first = date(year, month, 1)
    return first + timedelta(days=(4 - first.weekday()) % 7 + 14)
