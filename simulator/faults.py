"""Trouble on request: what goes wrong next, and how often."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

API_KINDS = frozenset(
    {"errcode", "slow", "reset_before", "reset_after", "http500", "html", "truncated"},
)
PUSH_KINDS = frozenset({"duplicate", "parallel", "reorder", "drop_reply", "delay"})


@dataclass(slots=True)
class Fault:
    """One trouble that strikes `times` more times at one API path or at one kind of push.

    `api` is the end of a path (`template/send`) or `*`; `push` is a message type (`text`), an event name
    (`CLICK`) or `*`. API kinds: `errcode` (refused with `code`, not processed), `slow` (processed, answered
    `seconds` late), `reset_before` and `reset_after` (connection cut, not processed or processed), `http500`
    and `html` (a gateway's error page, not processed), `truncated` (processed, answer cut in the middle).
    Push kinds: `duplicate` and `parallel` (`n` deliveries of one message), `reorder` (held until the next
    push of the account has ended, `seconds` at most), `drop_reply` (one answer is lost on its way),
    `delay` (delivered `seconds` late).
    """

    api: str = ""
    push: str = ""
    kind: str = "errcode"
    code: int = -1
    seconds: float = 1.0
    n: int = 3
    times: int = 1
    appid: str = ""

    def __post_init__(self) -> None:
        if bool(self.api) == bool(self.push):
            raise ValueError("a fault is for one `api` or for one `push`")
        kinds = API_KINDS if self.api else PUSH_KINDS
        if self.kind not in kinds:
            raise ValueError(f"unknown kind {self.kind!r}, use one of {sorted(kinds)}")
        if self.times < 1 or self.n < 1 or self.seconds < 0:
            raise ValueError("`times` and `n` start at 1, `seconds` at 0")

    def as_json(self) -> dict[str, Any]:
        """The fault for the control API, with the times left."""
        return asdict(self)


class Faults:
    """The troubles that wait to strike, oldest first."""

    def __init__(self) -> None:
        self.waiting: list[Fault] = []

    def add(self, **traits: Any) -> Fault:
        """Let trouble with these traits of `Fault` wait for its chance."""
        fault = Fault(**traits)
        self.waiting.append(fault)
        return fault

    def clear(self) -> None:
        """Let peace return."""
        self.waiting.clear()

    def at_api(self, path: str, appid: str) -> Fault | None:
        """Use up the first trouble that waits at this path."""
        return self._take(lambda fault: bool(fault.api) and _at(fault.api, path), appid)

    def at_push(self, kind: str, name: str, appid: str) -> Fault | None:
        """Use up the first trouble of this kind that waits for pushes called `name`."""
        return self._take(lambda fault: fault.kind == kind and fault.push in ("*", name), appid)

    def _take(self, matches: Callable[[Fault], bool], appid: str) -> Fault | None:
        for fault in self.waiting:
            if fault.appid in ("", appid) and matches(fault):
                fault.times -= 1
                if not fault.times:
                    self.waiting.remove(fault)
                return fault
        return None


def _at(wanted: str, path: str) -> bool:
    return wanted == "*" or path.endswith("/" + wanted.lstrip("/"))
