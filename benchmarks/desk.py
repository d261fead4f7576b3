"""CPU time of the duty desk per signal, on SQLite, while its archive grows.

usage: python benchmarks/desk.py [SIGNALS] [--silent]      (20,000 signals unless given)

Signals are made: six in ten open an incident of their own, the rest are reposts, light edits and
follow-ups of earlier ones. Each batch of about an hour is appended and folded in one tick;
channels take every message. Officers acknowledge and speak after each tick, which is not timed;
with --silent nobody does, so that every ladder is climbed to its end and every clock runs out.
Time is that of appending and of the whole tick, outbox included. On a shared machine CPU time
swells with the load of others: the last column is the tick in units of a million additions in
plain Python, done beside it.
"""

import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING
from zlib import crc32

sys.path.insert(0, str(Path(__file__).parent.parent))

from alerts.channels import Delivered, Message
from alerts.ledger import open_ledger
from alerts.office import Office
from alerts.organisation import national
from alerts.routing import CATEGORIES
from alerts.signal import Signal, SignalPlace

if TYPE_CHECKING:
    from alerts.ledger import Ledger

BATCH = 200
ZONE = timezone(timedelta(hours=8))
DEEDS = ("殴打", "虐待", "猥亵", "拐走", "辱骂", "遗弃", "威胁", "限制自由")
PLACES = ("阳新县", "铁山区", "西塞山区", "下陆区", "大冶市", "黄石港区")


class Sink:
    """A channel that takes everything."""

    def send(self, message: Message) -> Delivered:
        return Delivered(message.key)


def made_signals(count: int) -> Iterator[Signal]:
    """The same signals every time."""
    random = Random(7)  # noqa: S311 - made data
    seen: list[Signal] = []
    for number in range(count):
        now = datetime(2024, 1, 1, tzinfo=ZONE) + timedelta(seconds=20 * number)
        if not seen or random.random() < 0.6:
            signal = fresh(random, number, now)
            seen = [*seen[-300:], signal]
        else:
            signal = again(random, random.choice(seen), number, now)
        yield signal


def fresh(random: Random, number: int, now: datetime) -> Signal:
    name = "".join(chr(random.randint(0x4E00, 0x8FFF)) for _ in range(8))
    place = random.randrange(3000)
    category = random.choice(CATEGORIES)
    title = f"{PLACES[place % 6]}一女子被{random.choice(DEEDS)}，{name}事件引关注"
    return Signal(
        post=f"post-{number}",
        version="1",
        level="alert",
        platform=random.choice(("weibo", "zhihu", "douyin")),
        source="made",
        url=f"https://example.org/{number}",
        first_seen=now,
        title=title,
        excerpt=title * 3,
        probability=0.9,
        categories=(category,),
        severity=random.randint(1, 4),
        victims=(random.choice(("child", "woman")),),
        status="alleged",
        scope="domestic",
        setting="",
        places=(SignalPlace(f"42{place // 100:02d}{place % 100:02d}", "某县", 0.9),),
        people=(f"{crc32(name.encode()):08x}",),
        ages=(random.randint(5, 60),),
        roles=("丈夫",),
        deed=random.choice(DEEDS),
        nouns=(name[:3], name[3:6]),
        institutions=(),
        cues=(),
        exact=f"{crc32(title.encode()):08x}",
        shingles=shingles(title),
        evidence=(),
        model="made",
    )


def again(random: Random, signal: Signal, number: int, now: datetime) -> Signal:
    title = signal.title
    if random.random() < 0.7:
        cut = random.randrange(1, len(title) - 6)
        title = f"{title[:cut]}{random.choice(DEEDS)}{title[cut + 2 :]}"
    return replace(
        signal,
        post=f"post-{number}",
        first_seen=now,
        title=title,
        exact=f"{crc32(title.encode()):08x}",
        shingles=shingles(title),
    )


def shingles(text: str) -> tuple[int, ...]:
    return tuple(sorted({crc32(text[at : at + 3].encode()) for at in range(len(text) - 2)}))


def million_additions() -> float:
    start, total = time.process_time(), 0
    for number in range(1_000_000):
        total += number
    return time.process_time() - start


def answer(ledger: "Ledger", now: datetime) -> None:
    from alerts.ledger.actions import Officer

    officer = Officer("测试员", "benchmark")
    for incident in ledger.incidents().filter(state="待签收").values_list("id", flat=True):
        ledger.acknowledge(incident, officer, now)
        ledger.record_statement(incident, officer, now, link="https://example.org/")


def main(count: int, *, silent: bool) -> None:
    with tempfile.TemporaryDirectory() as folder:
        ledger = open_ledger(f"sqlite:///{folder}/ledger.db", originals_key=b"benchmark" * 4)
        from alerts.desk import Desk

        desk = Desk(ledger, Office(national()), {"sink": Sink()})
        print(f"{'signals':>8} {'append ms':>10} {'tick ms':>8} {'tick units':>11}")
        batch: list[Signal] = []
        appending = ticking = 0.0
        units: list[float] = []
        slice_ = max(count // 10, BATCH)
        for number, signal in enumerate(made_signals(count), 1):
            batch.append(signal)
            if len(batch) < BATCH and number < count:
                continue
            start = time.process_time()
            ledger.append_signals(batch, {item.post: (item.title, "") for item in batch})
            middle = time.process_time()
            desk.tick(batch[-1].first_seen)
            appending += middle - start
            ticking += time.process_time() - middle
            units.append(million_additions())
            unit = sum(units) / len(units)
            if not silent:
                answer(ledger, batch[-1].first_seen)
            batch = []
            if number % slice_ == 0:
                added, ticked = appending / slice_ * 1e3, ticking / slice_ * 1e3
                print(f"{number:>8} {added:>10.2f} {ticked:>8.2f} {ticking / slice_ / unit:>11.4f}")
                appending = ticking = 0.0
                units.clear()
        size = Path(folder, "ledger.db").stat().st_size
        print({**ledger.totals(), "bytes a signal": size // count})


if __name__ == "__main__":
    numbers = [int(word) for word in sys.argv[1:] if word.isdigit()]
    main(numbers[0] if numbers else 20_000, silent="--silent" in sys.argv)
