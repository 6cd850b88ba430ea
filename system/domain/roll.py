"""Which contract month a connection trades, and when that is over (METHOD.md 1, F50)."""

from datetime import date

from system.domain.instrument import ContractMonth, front_month


def month_to_trade(day: date, roll_days: int, held: ContractMonth | None) -> ContractMonth:
    """The front month in the session of `day`; but a month in which something is `held`, as long as it is traded.

    What is held can only be seen, protected and closed in its own contract. One that has expired holds nothing.
    """
    if held is not None and day <= held.third_friday:
        return held
    return front_month(day, roll_days)


def is_over(month: ContractMonth, day: date, roll_days: int) -> bool:
    """Whether a month is to be left in the session of `day`: no entries in it, and what is held in it is closed."""
    return day >= month.roll_date(roll_days)
