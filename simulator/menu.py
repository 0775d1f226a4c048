"""The rules of the menu below the chat."""

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from .refused import Refused

_ESCAPED = re.compile(rb"\\u[0-9a-fA-F]{4}")
_KEYED = frozenset(
    {"click", "scancode_push", "scancode_waitmsg", "pic_sysphoto", "pic_photo_or_album", "pic_weixin"}
    | {"location_select"}
)
_TYPES = _KEYED | {"view", "miniprogram", "media_id", "article_id", "article_view_limited", "view_limited"}

Button = dict[str, Any]


def check_menu(raw: bytes, menu: Any) -> list[Button]:
    """The buttons of a menu the platform would take, or the number of the first rule it breaks.

    The raw bytes are looked at because `\\uXXXX` is refused with 40033 however right the JSON is.
    """
    if _ESCAPED.search(raw):
        raise Refused(40033)
    buttons = menu.get("button")
    if not isinstance(buttons, list) or not 1 <= len(buttons) <= 3:
        raise Refused(40016)
    for button in buttons:
        _check_top(button)
    hosts = {urlsplit(button["url"]).hostname for button in leaves(buttons) if button.get("type") == "view"}
    if len(hosts) > 3:
        raise Refused(65316)
    return buttons


def leaves(buttons: list[Button]) -> Iterator[Button]:
    """The buttons that do something, whatever submenu they are in."""
    for button in buttons:
        if button.get("sub_button"):
            yield from button["sub_button"]
        else:
            yield button


def _check_top(button: Any) -> None:
    _check_name(button, 16)
    subs = button.get("sub_button", [])
    if not isinstance(subs, list) or len(subs) > 5:
        raise Refused(40023)
    if not subs:
        _check_act(button)
    for sub in subs:
        _check_name(sub, 60)
        _check_act(sub)


def _check_name(button: Any, longest: int) -> None:
    if not isinstance(button, dict):
        raise Refused(40016)
    name = button.get("name")
    if not isinstance(name, str) or not 1 <= len(name.encode()) <= longest:
        raise Refused(40018)


def _check_act(button: Button) -> None:
    kind = button.get("type")
    if kind not in _TYPES:
        raise Refused(40017)
    if kind in _KEYED:
        _check_length(button.get("key"), 128, 40019)
    if kind in ("view", "miniprogram"):
        _check_length(button.get("url"), 1024, 40020)
        if not str(button["url"]).startswith(("http://", "https://")):
            raise Refused(40020)
    if kind == "miniprogram" and not (button.get("appid") and button.get("pagepath")):
        raise Refused(40035)


def _check_length(value: Any, longest: int, code: int) -> None:
    if not isinstance(value, str) or not 1 <= len(value.encode()) <= longest:
        raise Refused(code)
