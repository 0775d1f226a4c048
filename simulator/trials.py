"""Trouble on request with a visible end: each trial strikes, watches what follows and judges it."""

import time
from collections import deque
from dataclasses import asdict, dataclass, field
from typing import Any

import aiohttp

from .account import OfficialAccount
from .platform import Platform
from .troubles import ABOUT_REPLIES, AMBIGUOUS, HOPELESS, MEET_A_NOTICE, Course, Hands, Scene, Script, course_of
from .verdicts import Seen, Tally, tally

_REMEMBERED = 12
_MISHAPS = (ValueError, LookupError, OSError, RuntimeError, ExceptionGroup, aiohttp.ClientError)


@dataclass(eq=False, slots=True)
class Trial:
    """One trouble: `state` is running, armed (waits for its chance), good, held (kept for later), bad or dropped."""

    number: int
    name: str
    script: Script
    since: int = 0
    screens: dict[str, int] = field(default_factory=dict)
    state: str = "running"
    tally: Tally | None = None
    bot: dict[str, Any] = field(default_factory=dict)
    error: str = ""

    def as_json(self) -> dict[str, Any]:
        """The trial for the page, with its numbers so far."""
        counted = asdict(self.tally) | {"open": self.tally.open} if self.tally else None
        head = {"number": self.number, "name": self.name, "state": self.state, "openid": self.script.openid}
        return head | {"tally": counted, "bot": self.bot, "error": self.error}


class Trials:
    """The trials of one account, one at a time; an armed one gives way to the next.

    `quiet` seconds without news end a trial, `patience` is how long a struck notice may take to get through and
    `armed` how long a trouble waits for something to strike.
    """

    def __init__(self, platform: Platform, hands: Hands, appid: str = "") -> None:
        self.platform = platform
        self.hands = hands
        self.appid = appid
        self.quiet, self.patience, self.armed = 1.5, 40.0, 180.0
        self.held: deque[Trial] = deque(maxlen=_REMEMBERED)
        self._count = 0

    @property
    def account(self) -> OfficialAccount:
        """The account on trial."""
        return self.platform.account(self.appid)

    def as_json(self) -> list[dict[str, Any]]:
        """The latest trials, oldest first."""
        return [trial.as_json() for trial in self.held]

    def start(self, name: str, script: Script) -> Trial:
        """Begin the trial called `name`; ValueError while another one runs, LookupError for an unknown name."""
        course = course_of(name)
        if any(trial.state == "running" for trial in self.held):
            raise ValueError("one trial at a time")
        for trial in self.held:
            trial.state = "dropped" if trial.state == "armed" else trial.state
        self.platform.faults.clear()
        self._count += 1
        trial = Trial(self._count, name, script)
        self._mark(trial)
        self.held.append(trial)
        self.platform.world.spawn(self._run(trial, course), f"trial-{name}")
        return trial

    async def _run(self, trial: Trial, course: Course) -> None:
        scene = Scene(self.platform, self.account, self.hands, trial.script, lambda: self._mark(trial))
        try:
            await course(scene)
            await self._watch(trial)
            await self._judge(trial)
        except _MISHAPS as error:
            trial.state, trial.error = "bad", str(error) or type(error).__name__
        finally:
            trial.state = "dropped" if trial.state in ("running", "armed") else trial.state
            self._tell(trial)

    def _mark(self, trial: Trial) -> None:
        """Count from here on."""
        trial.since = self.platform.journal.last
        trial.screens = {openid: len(one.transcript) for openid, one in self.account.followers.items()}

    def _tell(self, trial: Trial) -> None:
        """Let the page, which waits for the journal, hear of it."""
        self.platform.journal.write("trial", {"name": trial.name}, {"state": trial.state})

    async def _watch(self, trial: Trial) -> None:
        """Count until nothing happens any more and nothing that can still get through is on its way."""
        started, last = time.monotonic(), self.platform.journal.last
        while trial.state in ("running", "armed"):
            news = await self.platform.journal.news(last, self.quiet)
            last = self.platform.journal.last
            trial.tally = self._tally(trial)
            if not news and self._over(trial, trial.tally, time.monotonic() - started):
                return

    def _over(self, trial: Trial, counted: Tally, waited: float) -> bool:
        if trial.name in MEET_A_NOTICE and not counted.struck:
            self._arm(trial)
            return waited > self.armed
        trial.state = "running"
        if waited > self.patience or trial.name in HOPELESS:
            return True
        # Whoever cannot know whether it was sent will ask again: that is when something could be doubled.
        unproven = trial.name in AMBIGUOUS and counted.struck_tries < 2
        return not counted.open and not unproven

    def _arm(self, trial: Trial) -> None:
        if trial.state == "running":
            trial.state = "armed"
            self._tell(trial)

    async def _judge(self, trial: Trial) -> None:
        if trial.state == "armed":
            self.platform.faults.clear()
        elif trial.state == "running" and trial.tally:
            if self.hands.check_bot is not None:
                trial.bot = await self.hands.check_bot()
            trial.state = _verdict(trial, trial.tally)

    def _tally(self, trial: Trial) -> Tally:
        return tally(self.platform.journal.entries(since=trial.since), self._seen(trial))

    def _seen(self, trial: Trial) -> list[Seen]:
        return [
            (openid, bubble)
            for openid, one in self.account.followers.items()
            for bubble in one.transcript[trial.screens.get(openid, 0) :]
            if bubble.source != "person"
        ]


def _verdict(trial: Trial, counted: Tally) -> str:
    if counted.lost or counted.doubled or counted.futile or trial.bot.get("doubled"):
        return "bad"
    about_notices = trial.name not in ABOUT_REPLIES
    return "held" if counted.open and about_notices else "good"
