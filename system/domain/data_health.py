"""The health of market data, apart from the order channel's: streams by their ticks, farms by what is told of them.

A code is a rumour and a tick is proof. A stream flows when it has ticked since there was last a reason to doubt it; it
has stalled when nothing came for `stall_ns` although the market was open.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, Final

from system.domain.changed import changed
from system.domain.settings import SECOND_NS

BROKEN: Final = {2103: "data", 2105: "history", 2157: "definitions"}
MENDED: Final = {2104: "data", 2108: "data", 2106: "history", 2107: "history", 2158: "definitions"}
FARM: Final = "usfuture"  # the one ES is seen to come from; its spares have names that begin so
FARMS_MAX: Final = 32
BACKOFF_DOUBLINGS: Final = 2  # of the wait for a stream that does not come back: 30 s, then up to 2 minutes
OUTLIVED_NS: Final = 60 * SECOND_NS  # a farm is taken for mended when every stream ticks this long after it broke


def farm_name(text: str) -> str:
    """The farm that a code's text is about, as TWS writes it; empty where it names none."""
    for mark in (":", "demand."):
        if mark in text:
            return text.partition(mark)[2].strip()
    return ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stream:
    """One subscription of the present connection."""

    name: str
    is_asked: bool = False
    requests: int = 0
    expected_ns: int = 0  # from when on ticks are expected
    told_ns: int = 0  # its last tick; 0: none since there was a reason to doubt it
    tries: int = 0  # in a row, to bring it back
    refused: str = ""  # what TWS said against it
    is_sampled: bool = False  # for it was refused tick by tick


@dataclass(frozen=True, slots=True, kw_only=True)
class Farm:
    """A farm that is said to be broken."""

    kind: str
    name: str
    broken_ns: int

    @property
    def is_ours(self) -> bool:
        """Do our streams come from it? One without a name may be."""
        return self.kind == "data" and (not self.name or self.name.startswith(FARM))


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """Ask TWS for a stream, for the first time on this connection or again."""

    stream: str
    again: bool
    is_sampled: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class DataHealth:
    """What is known of all streams and farms. `asked_ns`, the last request, outlives its connection: TWS counts on."""

    streams: tuple[Stream, ...]
    farms: tuple[Farm, ...] = ()  # the broken ones
    is_halted: bool = False
    asked_ns: int | None = None

    # questions

    @property
    def is_asked(self) -> bool:
        """Has every stream been asked for?"""
        return all(stream.is_asked for stream in self.streams)

    @property
    def flows(self) -> bool:
        """Has every stream ticked since the last doubt?"""
        return all(stream.told_ns for stream in self.streams)

    def faults(self, now_ns: int, opened_ns: int, stall_ns: int) -> Iterator[str]:
        """Why no decision may rest on this data."""
        for stream in self.streams:
            if stream.refused:
                yield f"{stream.name} is refused: {stream.refused}"
            elif stream.told_ns < opened_ns or now_ns - stream.told_ns > stall_ns or not stream.told_ns:
                yield f"{stream.name} is silent"
        for farm in self.farms:
            if farm.is_ours:
                yield f"farm {farm.name or '(without a name)'} is broken"

    def stalled(self, now_ns: int, opened_ns: int, stall_ns: int) -> Iterator[Stream]:
        """The streams that have been silent for too long in an open market; ever longer, the more tries there were."""
        if not self.is_halted:
            for stream in self.streams:
                if stream.is_asked and now_ns >= self._stall_due_ns(stream, opened_ns, stall_ns):
                    yield stream

    def stall_due_ns(self, opened_ns: int, stall_ns: int) -> Iterator[int]:
        """When each stream will have stalled."""
        return (self._stall_due_ns(stream, opened_ns, stall_ns) for stream in self.streams if stream.is_asked)

    def _stall_due_ns(self, stream: Stream, opened_ns: int, stall_ns: int) -> int:
        since_ns = max(stream.expected_ns, stream.told_ns, opened_ns)
        return since_ns + (stall_ns << min(stream.tries, BACKOFF_DOUBLINGS))

    # what happens

    def anew(self) -> "DataHealth":
        """A new connection: nothing is asked for, and of farms and halts nothing is known."""
        fresh = tuple(Stream(name=stream.name) for stream in self.streams)
        return replace(self, streams=fresh, farms=(), is_halted=False)

    def lost(self, now_ns: int) -> "DataHealth":
        """TWS has forgotten what was asked for."""
        streams = tuple(replace(stream, is_asked=False, refused="") for stream in self.streams)
        return replace(self, streams=streams).doubted(now_ns)

    def doubted(self, now_ns: int) -> "DataHealth":
        """Every stream has to tick again."""
        return replace(
            self,
            streams=tuple(replace(stream, told_ns=0, expected_ns=now_ns, tries=0) for stream in self.streams),
        )

    def ticked(self, name: str, now_ns: int) -> "DataHealth":
        """A stream has brought something. What it brings before it is asked for again is a remainder, and no proof."""
        if not self.stream(name).is_asked:
            return self
        after = self._with(name, told_ns=now_ns, tries=0, refused="")
        last_ns = min(stream.told_ns for stream in after.streams)
        broken = tuple(farm for farm in after.farms if last_ns < farm.broken_ns + OUTLIVED_NS)
        return after if broken == after.farms else replace(after, farms=broken)

    def denied(self, name: str, words: str, now_ns: int) -> "DataHealth":
        """TWS says that a stream does not come. It is asked for again as if it had fallen silent now."""
        if not self.stream(name).is_asked:
            return self
        return self._with(name, told_ns=0, expected_ns=now_ns, refused=words)

    def sampled(self, name: str) -> "DataHealth":
        """A stream does not come tick by tick: while this connection lasts it is asked for sampled."""
        return self._with(name, is_asked=False, is_sampled=True)

    def halted(self, is_halted: bool, now_ns: int) -> "DataHealth":
        """The exchange halts the market or ends the halt; then both sides have to be seen again."""
        if is_halted == self.is_halted:
            return self
        return replace(self.doubted(now_ns), is_halted=is_halted)

    def farm_told(self, code: int, name: str, now_ns: int) -> "DataHealth":
        """A farm broke or came back. Ours coming back brings a doubt: streams were seen to stay dead after it (F07)."""
        if code in BROKEN:
            farm = Farm(kind=BROKEN[code], name=name, broken_ns=now_ns)
            if any((known.kind, known.name) == (farm.kind, farm.name) for known in self.farms):
                return self
            return replace(self, farms=(*self.farms, farm)[-FARMS_MAX:])
        kind = MENDED[code]
        broken = tuple(farm for farm in self.farms if (farm.kind, farm.name) != (kind, name))
        after = replace(self, farms=broken)
        return after.doubted(now_ns) if any(farm.is_ours for farm in self.farms if farm not in broken) else after

    def asked(self, request: Request, now_ns: int) -> "DataHealth":
        """A request has gone out."""
        stream = self.stream(request.stream)
        after = self._with(
            request.stream,
            is_asked=True,
            requests=stream.requests + 1,
            told_ns=0,
            expected_ns=now_ns,
            tries=stream.tries + stream.is_asked,
        )
        return replace(after, asked_ns=now_ns)

    def due(self, now_ns: int, opened_ns: int | None, stall_ns: int) -> Request | None:
        """The next request: first for what is not asked for, then for what has stalled in a market open since then."""
        for stream in self.streams:
            if not stream.is_asked:
                return Request(stream=stream.name, again=stream.requests > 0, is_sampled=stream.is_sampled)
        if opened_ns is not None:
            for stream in self.stalled(now_ns, opened_ns, stall_ns):
                return Request(stream=stream.name, again=True, is_sampled=stream.is_sampled)
        return None

    def stream(self, name: str) -> Stream:
        """The stream of this name."""
        return next(stream for stream in self.streams if stream.name == name)

    def _with(self, name: str, **changes: Any) -> "DataHealth":
        streams = tuple(changed(stream, changes) if stream.name == name else stream for stream in self.streams)
        return changed(self, {"streams": streams})
