"""Whether the account's templates can carry our notices: a look before go-live, at what was set and what exists."""

from collections.abc import Mapping, Sequence
from typing import Any

from notify.channels.fields import VOICES, Chosen, Place, fill, places_of, voices_of
from notify.channels.fitting import FITTED, length
from notify.channels.template import DEFAULT, chosen_for
from notify.notices import WORDS_ONLY, Notice

BOUNDARY = (
    "商品A100、" * 40,
    "字" * 21,
    "A" * 33,
    "9" * 40,
    "¥12345678901.999",
    "-1",
    "2026-11-24T10:00:00+00:00",
    "9999-12-31",
    "😀\n\t\u202e",
    "",
)
"""What a notice may have to say at its worst; each type has to hold it by rule, so that the platform cuts nothing."""
_MOST = {
    "thing": 20, "short_thing": 5, "const": 20, "enum": 20, "phrase": 5, "character_string": 32, "letter": 32,
    "number": 32, "symbol": 5, "phone_number": 17, "car_number": 8, "amount": 12, "time": 16, "date": 10, "name": 20,
    "": 20,
}  # fmt: skip
"""The platform's limit of each type, as its page on template messages has it."""
_PLAIN = frozenset({"character_string", "letter", "number", "symbol", "phone_number"})
"""Types without Chinese."""
Fields = Mapping[str, Chosen]


def misfits(
    mapping: Mapping[str, str], private: Sequence[Mapping[str, Any]], fields: Fields | None = None
) -> list[str]:
    """What is wrong with the templates of an account, a line each; nothing when every notice finds its way."""
    known = {str(one["template_id"]): one for one in private}
    fields = fields or {}
    problems = [f"{name}: no such notice" for name in sorted({*fields, *mapping} - {*Notice, DEFAULT})]
    for notice in Notice:
        if notice in WORDS_ONLY:
            continue
        template = mapping.get(notice.value) or mapping.get(DEFAULT)
        if template is None:
            problems.append(f"{notice.value}: no template; set TEMPLATES__{notice.value} or TEMPLATES__DEFAULT")
        elif template not in known:
            problems.append(f"{notice.value}: the account has no template {template}")
        else:
            chosen = chosen_for(notice, mapping, fields)
            problems += [f"{notice.value}: {text}" for text in _poor(known[template], chosen)]
    return problems


def told_by(mapping: Mapping[str, str], private: Sequence[Mapping[str, Any]], fields: Fields) -> list[dict[str, str]]:
    """A row for each field of each template: its name and label, what it will tell, and which notices use it."""
    rows = []
    for one in private:
        users = [notice for notice, template in mapping.items() if template == one["template_id"]]
        places, same = _places(one), {"template": str(one["template_id"]), "title": str(one.get("title", ""))}
        voices = voices_of(places, fields.get(users[0], {}) if users else {})
        rows += [
            {**same, "field": place.name, "label": place.label, "tells": voices[place.name], "notices": ",".join(users)}
            for place in places
        ]
    return rows


def _places(template: Mapping[str, Any]) -> tuple[Place, ...]:
    return places_of(str(template.get("content", "")), str(template.get("example", "")))


def _poor(template: Mapping[str, Any], chosen: Chosen) -> list[str]:
    places = _places(template)
    if not places:
        return ["the template has no fields that are still shown"]
    names = {place.name for place in places}
    wrong = [f"the template has no field {name}" for name in chosen if name not in names]
    wrong += [f"{name} cannot tell {voice}" for name, voice in chosen.items() if voice not in VOICES]
    if wrong:
        return wrong
    kinds = {place.kind for place in places}
    needed = [] if kinds & {"thing", ""} else ["no thing field: goods and state would not be told"]
    return needed + [text for said in BOUNDARY for text in _overflowing(places, said, chosen)]


def _overflowing(places: tuple[Place, ...], said: str, chosen: Chosen) -> list[str]:
    filled = fill(places, lambda _: said, chosen)
    return [
        f"{place.name} would be {'empty' if not filled[place.name]['value'] else 'too long'}"
        for place in places
        if not holds(place.kind, filled[place.name]["value"])
    ]


def holds(kind: str, value: str) -> bool:
    """Whether the platform would take this value in a field of this type, by its limits."""
    if not value or length(value) > _MOST[kind if kind in FITTED else ""]:
        return False
    return kind not in _PLAIN or value.isascii()
