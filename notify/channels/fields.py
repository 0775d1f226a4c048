"""The fields of a platform template, learnt from its text and filled by type."""

import re
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from notify.channels.fitting import FITTED, fit

_PLACE = re.compile(r"\{\{\s*(\w+)\.DATA\s*\}\}")
_UNSHOWN = frozenset({"first", "remark"})


@dataclass(frozen=True, slots=True)
class Place:
    """One placeholder of a template: its name, its type (empty for old templates), and the label before it."""

    name: str
    kind: str
    label: str
    example: str = ""


def places_of(content: str, example: str = "") -> tuple[Place, ...]:
    """The placeholders in reading order; the platform's example shows the words of a fixed choice."""
    shown = dict(_labelled(line) for line in example.splitlines() if line.strip())
    found = []
    for line in content.splitlines():
        for hit in _PLACE.finditer(line):
            label = line[: hit.start()].rpartition("}}")[2].strip().rstrip(":：")
            kind = hit[1].rstrip("0123456789")
            if hit[1] not in _UNSHOWN:
                found.append(Place(hit[1], kind if kind in FITTED else "", label, shown.get(label, "")))
    return tuple(found)


def _labelled(line: str) -> tuple[str, str]:
    label, _, value = line.replace("：", ":").partition(":")
    return label.strip(), value.strip()


VOICES = frozenset({"number", "code", "goods", "state", "phrase", "detail", "time", "at", "amount", "phone"})
Chosen = Mapping[str, str]
"""Which voice a field of a template speaks, where somebody chose; all others speak by their type."""
Voice = Callable[[str], str]
"""What a notice says under a name: number, code, goods, state, phrase, detail, time, amount, phone."""

_ORDER: Mapping[str, tuple[str, ...]] = {
    "character_string": ("number", "code"),
    "thing": ("goods", "state", "detail"),
    "short_thing": ("phrase",),
    "phrase": ("phrase",),
    "const": ("phrase",),
    "enum": ("phrase",),
    "time": ("time", "at"),
    "date": ("time", "at"),
    "amount": ("amount",),
    "phone_number": ("phone",),
    "number": ("number",),
    "name": ("detail",),
    "": ("number", "goods", "state", "time", "amount"),
}
"""Which voices the first, second, … field of a type speaks; the last one serves all that follow."""


def voices_of(places: tuple[Place, ...], chosen: Chosen) -> dict[str, str]:
    """Which voice each field speaks: what was chosen, else the next one of its type."""
    used: dict[str, int] = defaultdict(int)
    spoken = {}
    for place in places:
        voices = _ORDER.get(place.kind, ("number",))
        spoken[place.name] = chosen.get(place.name) or voices[min(used[place.kind], len(voices) - 1)]
        used[place.kind] += 1
    return spoken


def fill(places: tuple[Place, ...], voice: Voice, chosen: Chosen | None = None) -> dict[str, dict[str, str]]:
    """The fields of a template message, none empty and none longer than its type allows."""
    chosen = chosen or {}
    voices = voices_of(places, chosen)
    filled = {}
    for place in places:
        if place.kind in ("const", "enum") and place.example and place.name not in chosen:
            filled[place.name] = {"value": fit("thing", place.example)}
        else:
            filled[place.name] = {"value": _spoken(place.kind, voices[place.name], voice)}
    return filled


def _spoken(kind: str, name: str, voice: Voice) -> str:
    said = voice(name)
    if not said.strip():
        said = voice(_INSTEAD.get(name, "state"))
    return fit(kind, said)


_INSTEAD = {"code": "number", "detail": "state", "time": "at", "goods": "detail"}
