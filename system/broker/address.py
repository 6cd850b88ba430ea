"""Where TWS is, and what is expected to be there."""

from dataclasses import dataclass
from typing import Final

PAPER_PORTS: Final = (7497, 4002)
REAL_PORTS: Final = (7496, 4001)
PAPER_PREFIXES: Final = ("DU", "DF")


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """Where TWS is, and which client we are."""

    host: str
    port: int
    client_id: int

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"


def masked(account: str) -> str:
    """An account's name with its middle hidden: it goes into logs."""
    return account[:2] + "*" * max(0, len(account) - 5) + account[-3:]


def account_fault(accounts: list[str], port: int, *, paper: bool, expected: str = "") -> str:
    """Why these accounts behind this port are not what was asked for, or nothing (F60)."""
    if len(accounts) != 1:
        return f"{len(accounts)} accounts: {', '.join(map(masked, accounts))}; expected one"
    kinds = {True: "paper", False: "real"}
    is_paper = accounts[0].startswith(PAPER_PREFIXES)
    if is_paper != paper:
        return f"{masked(accounts[0])} is a {kinds[is_paper]} account; expected a {kinds[paper]} one"
    if expected and accounts[0] != expected:
        return f"account {masked(accounts[0])}; expected {masked(expected)}"
    if port in (REAL_PORTS if paper else PAPER_PORTS):
        return f"port {port} is not that of a {kinds[paper]} account"
    return ""
