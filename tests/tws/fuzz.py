"""Conversations of a client, broken at random: `ops/fuzz [SECONDS] [SEED]`. What breaks a session is kept in the corpus."""

import hashlib
import random
import sys
import time
import traceback
from pathlib import Path

from simulator.tws.session import Session, State
from simulator.tws.world import World
from tests.faults.stage import an_even_market
from tests.tws.talk import greeting, message

CORPUS = Path(__file__).parent / "corpus"
ES = (0, "ES", "FUT", "202406", 0, "", "", "CME", "", "USD", "", "")
FIELDS = (
    "",
    "0",
    "1",
    "-1",
    "nan",
    "inf",
    "1.7976931348623157E308",
    "2147483648",
    "BUY",
    "LMT",
    "GTC",
    "\x7f",
    "é",
    "20240319 10:00:00",
)


def requests() -> list[bytes]:
    """One whole message of many kinds."""
    order = (*ES, "", "", "BUY", 1, "LMT", 5000, "", "GTC", "", "", "", 0, "ref", 1, 0, 0, 0, 0, 0, 1, 0)
    return [
        message(71, 2, 1, ""),
        message(1, 11, 5, *ES, 0, "233", 0, 0, ""),
        message(2, 2, 5),
        message(3, 1, *order),
        message(4, 1, 1, ""),
        message(5, 1),
        message(6, 2, 1, ""),
        message(7, 3, 9, 0, "", "", "", "", "", ""),
        message(9, 8, 4, *ES, 0, "", "", ""),
        message(10, 5, 6, *ES, 5, 0, ""),
        message(16, 1),
        message(20, 7, *ES, 0, "", "5 mins", "1 D", 1, "TRADES", 1, 0, ""),
        message(49, 1),
        message(50, 3, 8, *ES, 5, "TRADES", 0, ""),
        message(58, 1),
        message(61, 1),
        message(62, 1, 3, "All", "NetLiquidation"),
        message(96, 9, *ES, 0, "", "20240319 14:00:10 UTC", 10, "TRADES", 0, 0, ""),
        message(97, 2, *ES, "BidAsk", 0, 0),
        message(99, 0),
    ]


def conversation(draw: random.Random) -> bytes:
    """A greeting and requests, most of them whole, some broken."""
    parts = [greeting(b"v%d" % draw.randint(150, 179)), requests()[0]]
    parts += draw.choices(requests(), k=draw.randint(1, 12))
    for _ in range(draw.randint(0, 4)):
        at = draw.randrange(len(parts))
        parts[at] = broken(parts[at], draw)
    return b"".join(parts)


def broken(part: bytes, draw: random.Random) -> bytes:
    """Bytes flipped, cut, doubled, or a field replaced with the length made right again."""
    if not part:  # cut to nothing before
        return part
    kind = draw.randrange(4)
    if kind == 0 and len(part) > 4:
        fields = part[4:-1].decode("utf-8", "replace").split("\0")
        fields[draw.randrange(len(fields))] = draw.choice(FIELDS)
        return message(*fields)
    at = draw.randrange(len(part))
    if kind == 1:
        return part[:at] + bytes([draw.randrange(256)]) + part[at + 1 :]
    return part[:at] + part[at:] * 2 if kind == 2 else part[:at]


def survives(world: World, data: bytes) -> None:
    """A session takes the bytes in pieces, with time between; whatever comes, it ends in answers or a clean close.

    Where they are cut follows from the bytes, so that what is kept breaks again.
    """
    draw = random.Random(data)
    session = Session(world, "fuzz", 0.0)
    at = 0
    while at < len(data):
        size = draw.randint(1, len(data))
        session.receive(data[at : at + size], at / 10)
        at += size
        world.advance(min(world.now_ns + 1_000_000, world.market.next_due_ns))
        while session.take():
            pass
    session.close("the next one")
    assert session.state is State.CLOSED
    assert session not in world.connections
    assert session.client_id not in world.sessions


def main(seconds: float, seed: int) -> int:
    world, draw, begun, count = an_even_market(), random.Random(seed), time.monotonic(), 0
    while time.monotonic() - begun < seconds:
        if count % 500 == 0:
            world = an_even_market()
        data = conversation(draw)
        count += 1
        try:
            survives(world, data)
        except Exception:  # noqa: BLE001 - that is what is looked for
            name = CORPUS / f"{hashlib.sha256(data).hexdigest()[:12]}.hex"
            name.write_text(data.hex() + "\n")
            sys.stderr.write(f"{traceback.format_exc()}kept as {name}\n")
            return 1
    sys.stdout.write(f"{count} conversations in {seconds:g} s, seed {seed}: all ended in answers or a clean close\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(float(sys.argv[1]) if len(sys.argv) > 1 else 60.0, int(sys.argv[2]) if len(sys.argv) > 2 else 1))
