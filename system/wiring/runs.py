"""Runs of `bn live` in the journal: when each began and ended, and how; what `--real` asks of them."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any, Final, Literal

from system.config import Config
from system.domain.errors import BnError, InputError, RefusedError, StorageError
from system.domain.order_log import State
from system.domain.settings import DAY_S, SECOND_NS
from system.storage.journal import JSON, Journal, read_journal
from system.storage.masking import mask_text
from system.wiring.places import known_accounts, places_of

KIND: Final = "run"
RECENT_NS: Final = 7 * DAY_S * SECOND_NS
HOW_MAX: Final = 500

Mode = Literal["paper", "real", "mock"]


@contextmanager
def recorded_run(
    journal: Journal,
    *,
    version: str,
    mode: Mode,
    is_dry: bool,
    wall_ns: Callable[[], int],
    names: Mapping[str, JSON] | None = None,
) -> Iterator[None]:
    """Record that a run begins, and, whatever it ends with, how it ended: well, or by what was raised.

    `names`: what its orders are known by at the broker.
    """
    began_ns = wall_ns()
    run: dict[str, JSON] = {"version": version, "mode": mode, "dry": int(is_dry), "account": mask_text(journal.account)}
    journal.append(KIND, began_ns, {"what": "began", **run, **(names or {})})
    status, how = 0, "stopped"
    try:
        yield
    except BnError as error:
        status, how = error.status, str(error)
        raise
    except BaseException as error:  # a bug, an interrupt: recorded, and not held up
        status, how = 1, f"{type(error).__name__}: {error}"
        raise
    finally:
        end: dict[str, JSON] = {"began_ns": began_ns, "status": status, "how": mask_text(how)[:HOW_MAX]}
        with suppress(StorageError):  # then a crash and a full disk look the same: no end is known
            journal.append(KIND, wall_ns(), {"what": "ended", **run, **end})


def check_names(journal: Journal, orders: State, names: Mapping[str, JSON]) -> None:
    """Raise RefusedError where something is in hand that is known by other names than these.

    As another client, or in another instrument, none of it would be found: its stop would be taken back, or sent twice.
    """
    last: Mapping[str, JSON] = {}
    for record in () if orders.is_flat else journal.records(kind=KIND):
        last = record.payload if record.payload["what"] == "began" else last
    for name, new in names.items():
        if (old := last.get(name, new)) != new:
            text = f"{name} is {new}, and what the journal holds was sent with {old}"
            raise RefusedError(f"{text}: start with {old}, and change it when all of that is over")


def has_recent_paper_run(config: Config, version: str, now_ns: int) -> bool:
    """Whether this very program has traded on paper, at IB, and ended well, within seven days."""
    for account in known_accounts(config):
        with suppress(StorageError, InputError):  # what cannot be read proves nothing
            for record in read_journal(places_of(config, account).journal, KIND):
                if _counts(record.payload, version) and 0 <= now_ns - record.now_ns <= RECENT_NS:
                    return True
    return False


def _counts(run: Any, version: str) -> bool:
    return (
        run["what"] == "ended"
        and run["mode"] == "paper"
        and run["version"] == version
        and run["status"] == 0
        and not run["dry"]
    )
