"""Before there is a journal: whose account is it? Dialled by the link brain's rules, counted and told as they are."""

from collections.abc import Callable
from typing import Final

import trio

from system.actors.ports import Clock, Log
from system.broker.address import Address
from system.broker.dial import NoConnectionError
from system.broker.greeting import Greeting, greet
from system.domain import link_events as link
from system.domain.errors import LinkGaveUpError
from system.domain.link import due_ns, step
from system.domain.link_state import LinkRules, first
from system.domain.settings import SECOND_NS

SHORTEST_S: Final = 0.05


async def first_greeting(
    address: Address,
    *,
    rules: LinkRules,
    asks_mock: bool,
    clock: Clock,
    log: Log,
    on_in_use: Callable[[], None],
) -> Greeting:
    """What TWS says of itself. Raises LinkGaveUpError after the last try, and what `on_in_use` raises, which is called
    where somebody else has the client id. Within `door.loop`.
    """
    state, commands = step(first(rules), link.Started(now_ns=clock()), rules)
    while True:
        dial = None
        for command in commands:
            match command:
                case link.Dial():
                    dial = command
                case link.Alert():
                    log("alert", name=command.name, text=str(command))
                case link.GiveUp():
                    raise LinkGaveUpError(state.failure)
                case _:
                    pass
        event: link.LinkEvent
        if dial is None:
            await trio.sleep(max(SHORTEST_S, clock.deadline_s(due_ns(state, rules)) - trio.current_time()))
            event = link.ClockTicked(now_ns=clock())
        else:
            try:
                return await greet(address, asks_mock=asks_mock, within_s=rules.sync_ns / SECOND_NS)
            except NoConnectionError as wrong:
                if wrong.why == "in_use":
                    on_in_use()
                event = link.DialFailed(now_ns=clock(), generation=dial.generation, reason=str(wrong))
                log("dial_failed", tries=state.failures + 1, reason=str(wrong))
        state, commands = step(state, event, rules)
