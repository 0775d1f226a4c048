"""Whether the account's templates can carry our notices: a look before go-live, at what was set and what exists."""

from collections.abc import Mapping, Sequence
from typing import Any

from notify.channels.fields import fill, places_of
from notify.channels.template import DEFAULT
from notify.notices import WORDS_ONLY, Notice

# The longest that a voice may have to say: every type must cut it to its own limit by rule, not by the platform.
LONGEST = "商品A100、" * 40


def misfits(mapping: Mapping[str, str], private: Sequence[Mapping[str, Any]]) -> list[str]:
    """What is wrong with the templates of an account, a line each; nothing when every notice finds its way."""
    known = {str(one["template_id"]): one for one in private}
    problems = []
    for notice in Notice:
        if notice in WORDS_ONLY:
            continue
        template = mapping.get(notice.value) or mapping.get(DEFAULT)
        if template is None:
            problems.append(f"{notice.value}: no template; set TEMPLATES__{notice.value} or TEMPLATES__DEFAULT")
        elif template not in known:
            problems.append(f"{notice.value}: the account has no template {template}")
        else:
            problems += [f"{notice.value}: {text}" for text in _poor(known[template])]
    return problems


def _poor(template: Mapping[str, Any]) -> list[str]:
    places = places_of(str(template.get("content", "")), str(template.get("example", "")))
    if not places:
        return ["the template has no fields that are still shown"]
    kinds = {place.kind for place in places}
    filled = fill(places, lambda _: LONGEST)
    empty = [name for name, field in filled.items() if not field["value"]]
    needed = [] if kinds & {"thing", ""} else ["no thing field: goods and state would not be told"]
    return needed + [f"{name} would be empty" for name in empty]
