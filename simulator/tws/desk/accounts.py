"""Who has subscribed to accounts, positions and results, and what they are told when."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final

from simulator.tws.account_notices import (
    AccountDownloadEnd,
    AccountSummary,
    AccountSummaryEnd,
    AccountTime,
    AccountUpdateMulti,
    AccountUpdateMultiEnd,
    AccountValue,
    PnL,
    PnLSingle,
    Position,
    PositionEnd,
    PositionMulti,
    PositionMultiEnd,
)
from simulator.tws.data import hours
from simulator.tws.desk import values
from simulator.tws.desk.ledger import Account, Holding, day_cents
from simulator.tws.desk.office import Office
from simulator.tws.notices import NO_ID
from simulator.tws.requests import (
    CancelAccountSummary,
    CancelAccountUpdatesMulti,
    CancelPnL,
    CancelPnLSingle,
    CancelPositions,
    CancelPositionsMulti,
    ReqAccountSummary,
    ReqAccountUpdates,
    ReqAccountUpdatesMulti,
    ReqPnL,
    ReqPnLSingle,
    ReqPositions,
    ReqPositionsMulti,
    Request,
)
from simulator.tws.terms import Contract
from system.domain.session import NEW_YORK
from system.domain.settings import FOREVER_NS, SECOND_NS

UPDATE_NS: Final = 180 * SECOND_NS  # account values are told anew
RESULT_NS: Final = SECOND_NS  # results are
SUMMARIES: Final = 2  # at a time and client
LEDGER: Final = "$LEDGER"

Key = tuple[int, int]  # client and request


@dataclass(slots=True, kw_only=True)
class Watch:
    """One subscription to an account's values; `told` are the last ones said."""

    accounts: list[Account]
    tags: tuple[str, ...] = ()
    model: str = ""
    ledger_only: bool = False
    told: dict[tuple[str, str, str], str] = field(default_factory=dict)


@dataclass(slots=True, kw_only=True)
class Result:
    """One subscription to a result: of an account, or of one contract in it."""

    account: Account
    con_id: int | None = None
    told: object = None


class Accounts:
    """All subscriptions, by client."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self._reopen_ns = FOREVER_NS  # when the day's results are counted anew; FOREVER: nothing is held
        self._due_ns = self._results_due_ns = 0
        self.forget_all()

    def forget_all(self) -> None:
        """No client has subscribed to anything."""
        self._updates: dict[int, Watch] = {}
        self._summaries: dict[Key, Watch] = {}
        self._multi: dict[Key, Watch] = {}
        self._positions: dict[int, None] = {}
        self._positions_multi: dict[Key, list[Account]] = {}
        self._results: dict[Key, Result] = {}

    def forget(self, client_id: int) -> None:
        """A client has gone."""
        self._updates.pop(client_id, None)
        self._positions.pop(client_id, None)
        for table in (self._summaries, self._multi, self._positions_multi, self._results):
            for key in [key for key in table if key[0] == client_id]:
                del table[key]

    # time

    @property
    def next_due_ns(self) -> int:
        """When something is due, or FOREVER_NS."""
        due_ns = self._reopen_ns
        if self._results:
            due_ns = min(due_ns, self._results_due_ns)
        if self._updates or self._summaries or self._multi:
            due_ns = min(due_ns, self._due_ns)
        return due_ns

    def clock(self, now_ns: int) -> None:
        """Tell what is due."""
        if now_ns >= self._reopen_ns:
            for account in self._office.accounts.values():
                account.begin_day(self._office.mark_ticks)
            holds = any(account.holdings for account in self._office.accounts.values())
            self._reopen_ns = hours.at(now_ns).session.reopen_ns if holds else FOREVER_NS
        if now_ns >= self._results_due_ns:
            self._results_due_ns = now_ns + RESULT_NS
            self._tell_results()
        if now_ns >= self._due_ns:
            self._due_ns = now_ns + UPDATE_NS
            self._tell_values(now_ns)

    def moved(self, moved: Sequence[tuple[str, int]], now_ns: int) -> None:
        """Positions have changed: tell those who watch them."""
        office = self._office
        for name, con_id in moved:
            account = office.accounts[name]
            holding = account.holdings[con_id]
            for client_id in self._positions:
                office.say(client_id, _position(account, holding))
            for (client_id, req_id), accounts in self._positions_multi.items():
                if account in accounts:
                    office.say(client_id, _position_multi(req_id, account, holding))
            for client_id, watch in self._updates.items():
                if account in watch.accounts:
                    office.say(client_id, values.portfolio(account, holding, office.mark_ticks))
        if moved:
            self._reopen_ns = min(self._reopen_ns, hours.at(now_ns).session.reopen_ns)
            self._tell_values(now_ns, summaries=False)
            self._tell_results()

    # questions

    def ask(self, client_id: int, request: Request, now_ns: int) -> None:
        """Answer a request about accounts, or end a subscription."""
        key = (client_id, getattr(request, "req_id", NO_ID))
        if self._due_ns <= now_ns:  # nobody has subscribed for a while
            self._due_ns = now_ns + UPDATE_NS
        if self._results_due_ns <= now_ns:
            self._results_due_ns = now_ns + RESULT_NS
        match request:
            case ReqAccountUpdates():
                self._ask_updates(client_id, request, now_ns)
            case ReqAccountSummary():
                self._ask_summary(key, request)
            case ReqAccountUpdatesMulti():
                self._with_account(key, request.account, lambda accounts: self._ask_multi(key, request, accounts))
            case ReqPositions():
                self._ask_positions(client_id)
            case ReqPositionsMulti():
                self._with_account(key, request.account, lambda accounts: self._ask_positions_multi(key, accounts))
            case ReqPnL() | ReqPnLSingle():
                con_id = request.con_id if isinstance(request, ReqPnLSingle) else None
                self._with_account(key, request.account, lambda accounts: self._ask_result(key, accounts, con_id))
            case _:
                self._cancel(key, request)

    def _cancel(self, key: Key, request: Request) -> None:
        tables: dict[type, dict[Key, Any]] = {
            CancelAccountSummary: self._summaries,
            CancelAccountUpdatesMulti: self._multi,
            CancelPositionsMulti: self._positions_multi,
            CancelPnL: self._results,
            CancelPnLSingle: self._results,
        }
        if isinstance(request, CancelPositions):
            self._positions.pop(key[0], None)
        elif type(request) in tables:
            tables[type(request)].pop(key, None)

    def _with_account(self, key: Key, name: str, answer: Callable[[list[Account]], None]) -> None:
        """Answer for an account, for all where none is named, or say that there is no such."""
        accounts = list(self._office.accounts.values())
        chosen = accounts if name in ("", "All") else [account for account in accounts if account.name == name]
        if chosen:
            answer(chosen)
        else:
            self._office.refuse(*key, 321, "Invalid account code")

    # account updates

    def _ask_updates(self, client_id: int, request: ReqAccountUpdates, now_ns: int) -> None:
        if not request.subscribe:
            self._updates.pop(client_id, None)
            return

        def answer(accounts: list[Account]) -> None:
            if client_id in self._updates and self._updates[client_id].accounts != accounts[:1]:
                self._office.refuse(client_id, NO_ID, 2100)
            watch = self._updates[client_id] = Watch(accounts=accounts[:1])
            self._tell_updates(client_id, watch, now_ns)
            self._tell_portfolio(client_id, watch)
            self._office.say(client_id, AccountDownloadEnd(account=accounts[0].name))

        self._with_account((client_id, NO_ID), request.account, answer)

    def _tell_updates(self, client_id: int, watch: Watch, now_ns: int) -> None:
        for account in watch.accounts:
            for key, value, currency in self._news(watch, account, self._updates_of(account)):
                said = AccountValue(key=key, value=value, currency=currency, account=account.name)
                self._office.say(client_id, said)
        local = datetime.fromtimestamp(now_ns // SECOND_NS, NEW_YORK)
        self._office.say(client_id, AccountTime(time=f"{local:%H:%M}"))

    def _updates_of(self, account: Account) -> list[values.Value]:
        return values.updates(account, self._office.mark_ticks, night=self._office.is_night)

    def _tell_portfolio(self, client_id: int, watch: Watch) -> None:
        for account in watch.accounts:
            for holding in account.holdings.values():
                if holding.contracts:
                    self._office.say(client_id, values.portfolio(account, holding, self._office.mark_ticks))

    def _news(self, watch: Watch, account: Account, now: list[values.Value]) -> list[values.Value]:
        """Of values, those that the client has not been told."""
        news = []
        for key, value, currency in now:
            if watch.told.get((account.name, key, currency)) != value:
                watch.told[account.name, key, currency] = value
                news.append((key, value, currency))
        return news

    # summaries

    def _ask_summary(self, key: Key, request: ReqAccountSummary) -> None:
        client_id, req_id = key
        others = [other for other in self._summaries if other[0] == client_id and other != key]
        if len(others) >= SUMMARIES:
            self._office.refuse(client_id, req_id, 322, "Maximum number of account summary requests exceeded")
            return
        tags = tuple(tag.strip() for tag in request.tags.split(",") if tag.strip())
        watch = self._summaries[key] = Watch(accounts=list(self._office.accounts.values()), tags=tags)
        self._tell_summary(key, watch)
        self._office.say(client_id, AccountSummaryEnd(req_id=req_id))

    def _tell_summary(self, key: Key, watch: Watch) -> None:
        client_id, req_id = key
        for account in watch.accounts:
            for name, value, currency in self._news(watch, account, self._wanted(watch, account)):
                said = AccountSummary(req_id=req_id, account=account.name, tag=name, value=value, currency=currency)
                self._office.say(client_id, said)

    def _wanted(self, watch: Watch, account: Account) -> list[values.Value]:
        """The values of the tags asked for; a tag that is none is passed over."""
        mark = self._office.mark_ticks
        wanted = [
            value for value in values.summary(account, mark, night=self._office.is_night) if value[0] in watch.tags
        ]
        for tag in watch.tags:
            if tag.split(":")[0] == LEDGER:
                currency = tag.partition(":")[2] or "BASE"
                told = values.ledger(account, mark)
                wanted += [value for value in told if currency == "ALL" or value[2] == currency]
        return wanted

    # values of several accounts

    def _ask_multi(self, key: Key, request: ReqAccountUpdatesMulti, accounts: list[Account]) -> None:
        watch = Watch(accounts=accounts, model=request.model, ledger_only=request.ledger_and_nlv)
        self._multi[key] = watch
        self._tell_multi(key, watch)
        self._office.say(key[0], AccountUpdateMultiEnd(req_id=key[1]))

    def _tell_multi(self, key: Key, watch: Watch) -> None:
        mark = self._office.mark_ticks
        for account in watch.accounts:
            now = values.ledger(account, mark) if watch.ledger_only else self._updates_of(account)
            for name, value, currency in self._news(watch, account, now):
                said = AccountUpdateMulti(
                    req_id=key[1], account=account.name, model=watch.model, key=name, value=value, currency=currency
                )
                self._office.say(key[0], said)

    def _tell_values(self, now_ns: int, *, summaries: bool = True) -> None:
        """Tell what has changed to all who watch values; portfolios are told with the rest each three minutes."""
        for client_id, watch in self._updates.items():
            self._tell_updates(client_id, watch, now_ns)
            if summaries:
                self._tell_portfolio(client_id, watch)
        for key, watch in self._multi.items():
            self._tell_multi(key, watch)
        if summaries:
            for key, watch in self._summaries.items():
                self._tell_summary(key, watch)

    # positions and results

    def _ask_positions(self, client_id: int) -> None:
        self._positions[client_id] = None
        for account in self._office.accounts.values():
            for holding in account.holdings.values():
                if holding.contracts:
                    self._office.say(client_id, _position(account, holding))
        self._office.say(client_id, PositionEnd())

    def _ask_positions_multi(self, key: Key, accounts: list[Account]) -> None:
        self._positions_multi[key] = accounts
        for account in accounts:
            for holding in account.holdings.values():
                if holding.contracts:
                    self._office.say(key[0], _position_multi(key[1], account, holding))
        self._office.say(key[0], PositionMultiEnd(req_id=key[1]))

    def _ask_result(self, key: Key, accounts: list[Account], con_id: int | None) -> None:
        self._results[key] = Result(account=accounts[0], con_id=con_id)
        self._tell_result(key, self._results[key])

    def _tell_results(self) -> None:
        for key, result in self._results.items():
            self._tell_result(key, result)

    def _tell_result(self, key: Key, result: Result) -> None:
        """Tell a result if it has changed."""
        mark, account = self._office.mark_ticks, result.account
        said: PnL | PnLSingle
        if result.con_id is None:
            said = PnL(
                req_id=key[1],
                daily=account.daily_cents(mark) / 100,
                unrealized=account.unrealized_cents(mark) / 100,
                realized=account.realized_cents / 100,
            )
        else:
            said = _single(key[1], account.holdings.get(result.con_id), mark)
        if said != result.told:
            result.told = said
            self._office.say(key[0], said)


def _single(req_id: int, holding: Holding | None, mark_ticks: int) -> PnLSingle:
    if holding is None:
        return PnLSingle(req_id=req_id, position=0, daily=0.0, unrealized=None, realized=None, value=0.0)
    return PnLSingle(
        req_id=req_id,
        position=holding.contracts,
        daily=day_cents(holding, mark_ticks) / 100,
        unrealized=holding.unrealized_cents(mark_ticks) / 100,
        realized=holding.realized_cents / 100,
        value=holding.worth_cents(mark_ticks) / 100,
    )


def _nowhere(holding: Holding) -> Contract:
    """Its contract as positions name it: without an exchange, so that nobody can place an order with it as it is."""
    return replace(holding.product.contract(), exchange="")


def _position(account: Account, holding: Holding) -> Position:
    return Position(
        account=account.name,
        contract=_nowhere(holding),
        position=holding.contracts,
        average_cost=holding.average_cost,
    )


def _position_multi(req_id: int, account: Account, holding: Holding) -> PositionMulti:
    return PositionMulti(
        req_id=req_id,
        account=account.name,
        model="",
        contract=_nowhere(holding),
        position=holding.contracts,
        average_cost=holding.average_cost,
    )
