"""One step of the link in the making: what is done to a connection, from the dial to the end."""

from typing import Any, Final

from system.domain import link_words as words
from system.domain.changed import changed
from system.domain.hours import Spell
from system.domain.link_events import Abort, Dial, GiveUp, LinkCommand, Probe, Reconcile
from system.domain.link_state import NEVER_NS, LinkRules, LinkState, Phase, Step, advance

NO_CONNECTION: Final = 3  # exit statuses
REFUSED: Final = 5


class Draft:
    """A state that changes, and the commands so far."""

    def __init__(self, state: LinkState, now_ns: int, rules: LinkRules) -> None:
        self.state = state
        self.rules = rules
        self.now_ns = now_ns
        self.commands: list[LinkCommand] = []

    @property
    def spell(self) -> Spell:
        """What market and maintenance are like now."""
        return self.rules.hours.at(self.now_ns)

    def set(self, **changes: Any) -> None:
        """Change the state's fields, if they differ; its time comes with the first of them."""
        state = self.state
        for name, value in changes.items():
            if getattr(state, name) != value:
                self.state = changed(state, {**changes, "now_ns": self.now_ns})
                return

    def timed(self) -> LinkState:
        """The state as of now."""
        self.set(now_ns=self.now_ns)
        return self.state

    def move(self, happened: Step) -> None:
        """Change the phase as the table has it. From when it leaves READY, READY is owed."""
        before, after = self.state.phase, advance(self.state.phase, happened)
        self.set(phase=after)
        if before is Phase.READY and after is not before:
            self.set(ready_ns=0, unready_ns=self.now_ns, owed_ns=self.now_ns)

    def do(self, command: LinkCommand) -> None:
        """Have something done."""
        self.commands.append(command)

    def settle(self) -> None:
        """What time alone has made of the state, before anything else is looked at."""
        state = self.state
        if state.phase is Phase.READY and not state.is_stable and self.now_ns - state.ready_ns >= self.rules.stable_ns:
            self.set(is_stable=True, failures=0)
        if state.phase is not Phase.READY and self.spell.is_quiet:
            self.set(owed_ns=self.spell.until_ns)

    def dial(self) -> None:
        """A new connection, of which nothing is known yet."""
        self.set(
            generation=self.state.generation + 1,
            dial_due_ns=NEVER_NS,
            sync_due_ns=self.now_ns + self.rules.sync_ns,
            was_ready=False,
            cut_ns=0,
            sent_ns=0,
            answered_ns=0,
            data=self.state.data.anew(),
        )
        self.do(Dial(generation=self.state.generation))

    def probe(self) -> None:
        """Ask whether the other side lives."""
        self.set(sent_ns=self.now_ns, is_probing=True)
        self.do(Probe(generation=self.state.generation))

    def reconcile(self) -> None:
        """Ask for the books; answers to earlier questions no longer count."""
        self.set(number=self.state.number + 1, is_reconciled=False)
        self.do(Reconcile(generation=self.state.generation, number=self.state.number))

    def tear_down(self, reason: str) -> None:
        """End the connection from this side."""
        self.do(Abort(generation=self.state.generation))
        self.fall(Step.FAIL if self.state.phase is Phase.DIALLING else Step.LOSE, reason)

    def fall(self, happened: Step, reason: str) -> None:
        """There is no connection any more. To lose a stable one is no failure to make one: it is dialled at once."""
        was_stable = self.state.is_stable
        self.move(happened)
        self.rest()
        self.set(failure=reason)
        if self.spell.is_quiet:
            self.move(Step.WAIT)
            self.set(dial_due_ns=self.now_ns + self.rules.quiet_pause_ns)
        elif was_stable:
            self.set(dial_due_ns=self.now_ns)
        else:
            self.set(failures=self.state.failures + 1, dial_due_ns=self.now_ns + self.rules.pause_ns)
            if self.state.failures >= self.rules.tries:
                self.give_up()

    def renew(self) -> None:
        """End a connection that has served, and make the next at once: a contract belongs to its connection."""
        self.do(Abort(generation=self.state.generation))
        self.move(Step.LOSE)
        self.rest()
        self.set(dial_due_ns=self.now_ns)

    def give_up(self) -> None:
        """The last try has failed."""
        self.move(Step.GIVE_UP)
        self.set(dial_due_ns=NEVER_NS)
        self.do(words.gave_up(self.state))
        self.do(GiveUp(status=NO_CONNECTION))

    def refuse(self, reason: str) -> None:
        """No try can change whose account it is."""
        self.move(Step.REFUSE)
        self.do(Abort(generation=self.state.generation))
        self.do(words.refused(self.state, reason))
        self.rest()
        self.do(GiveUp(status=REFUSED))

    def rest(self) -> None:
        """Without a connection nothing is due, and nothing is proven."""
        self.set(dial_due_ns=NEVER_NS, sync_due_ns=NEVER_NS, is_probing=False, is_verified=False, is_reconciled=False)
        self.set(is_stable=False)
