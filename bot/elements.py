"""Reads a push body, XML or JSON, into flat text fields; no entity, no DTD, no depth without end."""

import json
import re
from collections.abc import Mapping
from typing import Any
from xml.parsers import expat

DEEPEST = 12
MOST_ELEMENTS = 400

# WeChat passes on what people paste, control characters included; XML 1.0 forbids them.
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff\ud800-\udfff]")


class Malformed(ValueError):
    """The body is not what the platform sends."""


def clean(text: str) -> str:
    """The text without the characters that XML 1.0 forbids."""
    return _ILLEGAL.sub("", text)


def read_fields(body: bytes) -> dict[str, str]:
    """The leaves of the body by name, the first of each name; ``Malformed`` for anything that is no clean document."""
    try:
        text = clean(body.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise Malformed("not UTF-8") from None
    return _from_json(text) if text.lstrip().startswith("{") else _from_xml(text)


def _from_json(text: str) -> dict[str, str]:
    try:
        document = json.loads(text, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise Malformed("not JSON") from None
    fields: dict[str, str] = {}
    _flatten(document, fields, 0)
    return fields


def _no_constant(_: str) -> None:
    raise ValueError


def _flatten(value: Any, fields: dict[str, str], depth: int, name: str = "") -> None:
    if depth > DEEPEST or len(fields) > MOST_ELEMENTS:
        raise Malformed("too deep or too large")
    if isinstance(value, Mapping):
        for key, inner in value.items():
            _flatten(inner, fields, depth + 1, str(key))
    elif isinstance(value, list):
        for inner in value:
            _flatten(inner, fields, depth + 1, name)
    elif value is not None:
        fields.setdefault(name, clean(str(value)))


def _from_xml(text: str) -> dict[str, str]:
    reader = _Reader()
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = reader.doctype
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.text
    try:
        parser.Parse(text, True)
    except expat.ExpatError:
        raise Malformed("not XML") from None
    return reader.fields


class _Reader:
    """Collects the leaves of one document."""

    def __init__(self) -> None:
        self.fields: dict[str, str] = {}
        self._path: list[str] = []
        self._pieces: list[str] = []
        self._count = 0
        self._leaf = False

    def doctype(self, *_: object) -> None:
        raise Malformed("document type declared")

    def start(self, name: str, _: object) -> None:
        self._count += 1
        if len(self._path) >= DEEPEST or self._count > MOST_ELEMENTS:
            raise Malformed("too deep or too large")
        self._path.append(name)
        self._pieces.clear()
        self._leaf = True

    def text(self, data: str) -> None:
        self._pieces.append(data)

    def end(self, name: str) -> None:
        if self._leaf and len(self._path) > 1:
            self.fields.setdefault(name, "".join(self._pieces))
        self._path.pop()
        self._pieces.clear()
        self._leaf = False
