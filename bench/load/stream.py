"""So many messages a second, whatever becomes of them, delivered as the platform does: five seconds, three attempts."""

import asyncio
import itertools
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from xml.etree import ElementTree

import aiohttp

from bench.post import Account, Letter, letter
from bench.shop import SKUS
from simulator import Platform, crypt
from tests.checker import Ack

TIMEOUT = aiohttp.ClientTimeout(total=5)
ATTEMPTS = 3
REGRET = "没有保存"
NOTHING = b"success"
PLACES = 4
_serial = itertools.count()


@dataclass
class Heard:
    """What became of all messages: milliseconds of every delivery that was answered, and the answers by kind.

    ``answered`` got words, ``promised`` got success and words of their own later, ``regretted`` were told that they
    were not kept, ``nothing`` got no answer at all in three attempts; ``course`` has the kinds by ten seconds.
    """

    began: float = field(default_factory=time.monotonic)
    course: dict[int, Counter[str]] = field(default_factory=dict)

    times: list[float] = field(default_factory=list)
    kinds: Counter[str] = field(default_factory=Counter)
    acks: list[Ack] = field(default_factory=list)
    attempts: int = 0
    odd: Counter[str] = field(default_factory=Counter)

    def as_json(self) -> dict[str, object]:
        """For the results file."""
        ordered = sorted(self.times) or [0.0]
        at = {"p50": 0.5, "p99": 0.99, "p100": 1.0}
        points = {
            f"{name}_ms": round(ordered[min(int(len(ordered) * q), len(ordered) - 1)], 1) for name, q in at.items()
        }
        total = sum(self.kinds.values())
        course = [dict(kinds) for _, kinds in sorted(self.course.items())]
        found = {"messages": total, **points, **self.kinds, "attempts": self.attempts, "odd": dict(self.odd)}
        return found | {"course": course}

    def note(self, kind: str) -> None:
        """One more message of which this became."""
        self.kinds[kind] += 1
        self.course.setdefault(int(time.monotonic() - self.began) // 10, Counter())[kind] += 1


def scripts(ahead: int) -> Iterator[str]:
    """What one person says, without end: an order of which no two are alike, a yes, and two questions.

    ``ahead`` questions come first: were all people at the same place, they would all order within the same seconds.
    """
    for n in range(ahead):
        yield f"{SKUS[n % len(SKUS)]}多少钱"
    while True:
        n = next(_serial)
        yield f"下单 {SKUS[n % len(SKUS)]} {n // len(SKUS) % 9000 + 1}个"
        yield "确认"
        yield "查订单"
        yield f"{SKUS[n % len(SKUS)]}多少钱"


class Stream:
    """People who write to one or several addresses in turn; who gets no connection is sent to the next."""

    def __init__(
        self, account: Account, platform: Platform, people: Sequence[str], addresses: Callable[[], Sequence[str]]
    ) -> None:
        self.account = account
        self.heard = Heard()
        self._platform = platform
        self._home = platform.account(account.appid)
        self._addresses = addresses
        self._people = itertools.cycle([(openid, scripts(n % PLACES)) for n, openid in enumerate(people)])
        self._turn = itertools.count()

    async def run(self, rate: float, seconds: float, *, tell: Callable[[int], None] = lambda _: None) -> None:
        """Write ``rate`` messages a second for so long, and wait for the last answers."""
        count = int(rate * seconds)
        connector = aiohttp.TCPConnector(limit=0, keepalive_timeout=30)
        async with aiohttp.ClientSession(connector=connector, timeout=TIMEOUT) as session, asyncio.TaskGroup() as group:
            began = time.perf_counter()
            for n in range(count):
                ahead = began + n / rate - time.perf_counter()
                if ahead > 0:
                    await asyncio.sleep(ahead)
                group.create_task(self._deliver(session))
                if n % 100 == 0:
                    tell(n)
                    await asyncio.sleep(0)

    async def _deliver(self, session: aiohttp.ClientSession) -> None:
        openid, script = next(self._people)
        message = letter(self.account, openid, next(script))
        # Who writes may be written to for two days.
        self._home.person(openid).grant("message", self._platform.clock())
        for _ in range(ATTEMPTS):
            answer = await self._attempt(session, message)
            if answer is not None:
                self._note(message, answer)
                return
        self.heard.note("nothing")

    async def _attempt(self, session: aiohttp.ClientSession, message: Letter) -> bytes | None:
        self.heard.attempts += 1
        for address in self._in_turn():
            began = time.perf_counter()
            try:
                async with session.post(f"{address}/wechat/main", params=message.query, data=message.body) as answer:
                    body = await answer.read()
            except aiohttp.ClientConnectorError:
                continue
            except (aiohttp.ClientError, TimeoutError) as error:
                self.heard.odd[type(error).__name__] += 1
                return None
            self.heard.times.append((time.perf_counter() - began) * 1000)
            if answer.status == 200:
                return body
            self.heard.odd[f"status {answer.status}"] += 1
            return None
        self.heard.odd["no connection"] += 1
        await asyncio.sleep(0.5)
        return None

    def _in_turn(self) -> Sequence[str]:
        all_of_them = self._addresses()
        start = next(self._turn) % max(len(all_of_them), 1)
        return [*all_of_them[start:], *all_of_them[:start]]

    def _note(self, message: Letter, body: bytes) -> None:
        text = "" if body == NOTHING else self._opened(body)
        self.heard.note("promised" if not text else "regretted" if REGRET in text else "answered")
        self.heard.acks.append(Ack(message.key, text))

    def _opened(self, body: bytes) -> str:
        cipher = ElementTree.fromstring(body).findtext("Encrypt") or ""
        plain = crypt.unseal(self.account.aes_key, self.account.appid, cipher)
        return ElementTree.fromstring(plain).findtext("Content") or ""
