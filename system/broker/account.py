"""What is to be behind an address."""

from collections.abc import Callable
from dataclasses import dataclass

from system.domain.instrument import ContractMonth, Instrument


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """What is to be behind the address. `month` gives the contract to trade at a time."""

    instrument: Instrument
    paper: bool
    month: Callable[[int], ContractMonth]
    expected: str = ""  # its name; any where empty
