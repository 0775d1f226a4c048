"""Every sentence and page that leaves the building, and the few lines that fill them in."""

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

FOLDER = Path(__file__).parent

_zone = ZoneInfo("Asia/Shanghai")
_WEEKDAYS = "一二三四五六日"
_PARTICULARS = {
    "day": "送货日", "address": "地址", "contact": "收货人", "phone": "电话", "po": "客户单号", "remark": "备注",
}  # fmt: skip
_BREAK = re.compile("(?<![ \t])[ \t]*+[\n\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]+[ \t]*+")
_UNSEEN = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def set_zone(zone: ZoneInfo) -> None:
    """Set the shop's time zone, once at start; times are given to templates in UTC and shown in it."""
    global _zone  # noqa: PLW0603
    _zone = zone


def zone() -> ZoneInfo:
    """The shop's time zone."""
    return _zone


def render(name: str, /, **facts: Any) -> str:
    """The text of ``replies/<name>.j2``; a fact that is missing is an error, never a blank.

    Facts come out inert: of what people wrote nothing becomes a line, a link or a turn of direction.
    """
    return _text.get_template(f"replies/{name}.j2").render(facts).strip()


def document(name: str, /, **facts: Any) -> str:
    """The lines of ``documents/<name>.j2``, a paper that is drawn elsewhere; facts come out inert as in replies."""
    return _text.get_template(f"documents/{name}.j2").render(facts)


def refusal(error: Exception) -> str:
    """The words for a refusal: the block of ``refusals.j2`` named like its class, filled with its attributes."""
    template = _text.get_template("refusals.j2")
    block = template.blocks[type(error).__name__]
    return "".join(block(template.new_context(vars(error)))).strip()


def refusals() -> frozenset[str]:
    """The names of the refusals that have words."""
    return frozenset(_text.get_template("refusals.j2").blocks)


def notice(name: str, voice: str, /, **facts: Any) -> str:
    """One voice of a notice: the block ``voice`` of ``notices/<name>.j2``; empty when the notice has no such voice."""
    return speaker(name, facts)(voice)


def speaker(name: str, facts: Mapping[str, Any]) -> Callable[[str], str]:
    """Says a notice in any of its voices, as ``notice`` does, of facts that are set out once."""
    template = _notices.get_template(f"notices/{name}.j2")
    context = template.new_context(dict(facts))

    def said(voice: str) -> str:
        block = template.blocks.get(voice)
        return "" if block is None else "".join(block(context)).strip()

    return said


def page(name: str, /, **facts: Any) -> str:
    """An HTML page from ``pages/<name>.html``; every fact is escaped."""
    return _html.get_template(f"pages/{name}.html").render(facts)


def inert(text: str) -> str:
    """A text that can neither break a line, hide in one or turn it around, nor make a link in a chat."""
    return _UNSEEN.sub("", _BREAK.sub(" ", text)).replace("<", "＜").replace(">", "＞")


def shown(number: str | None) -> str:
    """An order number as people see and type it: without its prefix."""
    return (number or "").removeprefix("SO")


def qty(amount: Decimal | str | int) -> str:
    """A quantity without needless zeros."""
    text = format(Decimal(amount), "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def yuan(amount: Decimal | str | int) -> str:
    """Money for people: ``¥1,280.00``."""
    return f"¥{Decimal(amount):,.2f}"


def price(amount: Decimal | str | int) -> str:
    """A unit price: at least no trailing zeros, at most four places."""
    return qty(Decimal(amount))


def day(value: date | str | None, today: date | None = None) -> str:
    """A day for people: ``11-27`` with 今天, 明天 or 后天 in front when ``today`` is given; empty for None."""
    if not value:
        return ""
    the_day = date.fromisoformat(value) if isinstance(value, str) else value
    text = f"{the_day:%m-%d}" if not today or the_day.year == today.year else f"{the_day:%Y-%m-%d}"
    near = {0: "今天", 1: "明天", 2: "后天"}.get((the_day - today).days, "") if today else ""
    return f"{near}({text})" if near else text


def labelled(change: str) -> str:
    """What is to change of an order, in words: goods as they are told, particulars (``address=…``) with their label."""
    name, found, text = change.partition("=")
    label = _PARTICULARS.get(name) if found else None
    if label is None:
        return change
    return f"{label} {day(text) if name == 'day' else text}"


def weekday(value: date | str) -> str:
    """The day of the week: ``周五``."""
    the_day = date.fromisoformat(value) if isinstance(value, str) else value
    return "周" + _WEEKDAYS[the_day.weekday()]


def clock(value: datetime | str | None) -> str:
    """A moment in shop time: ``11-27 14:05``; empty for None."""
    if not value:
        return ""
    moment = datetime.fromisoformat(value) if isinstance(value, str) else value
    return f"{moment.astimezone(_zone):%m-%d %H:%M}"


def hour(value: datetime) -> str:
    """The time of day of a moment in the shop: ``08:30``."""
    return f"{value.astimezone(_zone):%H:%M}"


def span(value: timedelta) -> str:
    """A length of time in words: ``2 小时``, ``90 分钟``, ``5 小时 25 分钟``, ``1 天``."""
    minutes = max(1, round(value.total_seconds() / 60))
    if minutes % 1440 == 0:
        return f"{minutes // 1440} 天"
    hours, rest = divmod(minutes, 60)
    if hours < 2 and rest:
        return f"{minutes} 分钟"
    return f"{hours} 小时 {rest} 分钟" if rest else f"{hours} 小时"


FILTERS: Mapping[str, Any] = {
    "shown": shown,
    "qty": qty,
    "yuan": yuan,
    "price": price,
    "day": day,
    "labelled": labelled,
    "weekday": weekday,
    "clock": clock,
    "hour": hour,
    "span": span,
}


def _inert_value(value: Any) -> Any:
    # What is marked was made here, of values that went through this before.
    return inert(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def _environment(*, escape: bool = False, finalize: Callable[[Any], Any] | None = None) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(FOLDER),
        undefined=StrictUndefined,
        # Chat text is no HTML: the envelope makes it safe for XML, and WeChat shows all but <a> literally.
        autoescape=escape,  # noqa: S701
        finalize=finalize,
        trim_blocks=True,
        lstrip_blocks=True,
        # They are part of the program and do not change while it runs.
        auto_reload=False,
    )
    environment.filters.update(FILTERS)
    return environment


_text = _environment(finalize=_inert_value)
# Their facts are made inert as a whole, and their own blocks hold several lines.
_notices = _environment()
_html = _environment(escape=True)


def fallback_instructions() -> str:
    """What a language model is told before it proposes how a message may have been meant."""
    return (FOLDER / "fallback.txt").read_text("utf-8").strip()


def menu() -> bytes:
    """The menu of the account, as the platform takes it."""
    return (FOLDER / "menu.json").read_bytes()
