"""Template messages: the account's templates, what they ask for, and whether a message satisfies them."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from .chance import wordy
from .follower import Field
from .refused import Refused
from .templatefields import RULES, fits

IN_USE = 25
_PLACE = re.compile(r"\{\{\s*(\w+)\.DATA\s*\}\}")
_NOT_SHOWN = frozenset({"first", "remark"})

LIBRARY: dict[str, tuple[str, dict[str, str]]] = {
    "43216": (
        "订单确认通知",
        {"订单编号": "character_string", "商品名称": "thing", "预计送达时间": "time", "订单金额": "amount"},
    ),
    "42984": (
        "订单发货通知",
        {"订单编号": "character_string", "快递公司": "thing", "快递单号": "character_string", "预计到达": "time"},
    ),
    "44120": ("订单状态更新提醒", {"订单编号": "character_string", "商品名称": "thing", "订单状态": "phrase"}),
    "45311": (
        "异常告警通知",
        {"告警编号": "character_string", "告警事项": "thing", "处理建议": "thing", "时间": "time"},
    ),
    "43064": ("待办任务提醒", {"任务编号": "character_string", "任务名称": "thing", "截止时间": "time"}),
}
"""Category templates that an account may add: short id, title, keywords with the types of their fields."""


@dataclass(frozen=True, slots=True)
class Place:
    """One placeholder in a template: `thing1`, its type and the label before it; old templates have no types."""

    name: str
    label: str
    kind: str


@dataclass(frozen=True)
class Template:
    """A template of the account; `constants` are the values approved for its `const` fields."""

    template_id: str
    title: str
    content: str
    example: str = ""
    constants: Mapping[str, Sequence[str]] = field(default_factory=dict)

    @property
    def places(self) -> tuple[Place, ...]:
        """The placeholders in the order of the content."""
        return tuple(place for line in self.content.splitlines() for place in _places(line))

    def as_json(self) -> dict[str, str]:
        """The template as `get_all_private_template` lists it."""
        return {
            "template_id": self.template_id,
            "title": self.title,
            "primary_industry": "",
            "deputy_industry": "",
            "content": self.content,
            "example": self.example,
        }

    def fill(self, given: Mapping[str, Any]) -> tuple[Field, ...]:
        """The lines of the card, or 47003 naming the field that is missing, unknown or not of its type.

        A field the template does not have would be lost silently on the real platform; here it is refused,
        because nobody sends one on purpose.
        """
        places = {place.name: place for place in self.places}
        for name in given:
            if name not in places and name not in _NOT_SHOWN:
                raise Refused(47003, f"argument invalid! data.{name}.value invalid")
        return tuple(
            Field(place.name, place.label, self._value(place, given.get(place.name)))
            for place in places.values()
            if place.name not in _NOT_SHOWN
        )

    def _value(self, place: Place, given: Any) -> str:
        value = given.get("value") if isinstance(given, dict) else None
        if value is not None and not isinstance(value, str):
            raise Refused(47001)
        if not value or not value.strip():
            raise Refused(47003, f"argument invalid! data.{place.name}.value is empty")
        if not place.kind:
            return value.splitlines()[0]
        if not fits(place.kind, value, self.constants.get(place.name, ())):
            raise Refused(47003, f"argument invalid! data.{place.name}.value invalid")
        return value


def _places(line: str) -> list[Place]:
    return [
        Place(found[1], line[: found.start()].rpartition("}}")[2].strip().rstrip(":："), _kind(found[1]))
        for found in _PLACE.finditer(line)
    ]


def _kind(name: str) -> str:
    kind = name.rstrip("0123456789")
    return kind if kind in RULES and kind != name else ""


class Templates:
    """The templates of one account, at most 25."""

    def __init__(self) -> None:
        self._held: dict[str, Template] = {}

    def add(self, title: str, content: str, template_id: str = "", **more: Any) -> Template:
        """Hold a template; without an id of its own it gets one in the platform's shape."""
        template = Template(template_id or wordy(43), title, content, **more)
        self._held[template.template_id] = template
        return template

    def add_from_library(self, short_id: str, keywords: Sequence[str]) -> Template:
        """Add a category template with the chosen keywords; 40247 for other libraries, 40246 for other keywords."""
        if short_id not in LIBRARY:
            raise Refused(40247)
        title, known = LIBRARY[short_id]
        if not keywords or any(keyword not in known for keyword in keywords):
            raise Refused(40246)
        if len(self._held) >= IN_USE:
            raise Refused(45026)
        lines = [f"{word}:{{{{{known[word]}{place}.DATA}}}}" for place, word in enumerate(keywords, start=1)]
        return self.add(title, "\n".join(lines))

    def get(self, template_id: str) -> Template:
        """The template, or 40037."""
        if template_id not in self._held:
            raise Refused(40037)
        return self._held[template_id]

    def remove(self, template_id: str) -> None:
        """Delete the template, or 40037."""
        self.get(template_id)
        del self._held[template_id]

    def all(self) -> list[Template]:
        """Every template, oldest first."""
        return list(self._held.values())
