"""Reads a push body, XML or JSON, into flat text fields; no entity, no DTD, no depth without end."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any
from xml.parsers import expat

DEEPEST = 12
MOST_ELEMENTS = 400

# WeChat passes on what people paste, control characters included; XML 1.0 forbids them.
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff\ud800-\udfff]")

Leaf = tuple[int, str, str]
"""How deep a text stands (1 is the top), under which name, and the text."""


class Malformed(ValueError):
    """The body is not what the platform sends."""


def clean(text: str) -> str:
    """The text without the characters that XML 1.0 forbids."""
    return _ILLEGAL.sub("", text)


def read_fields(body: bytes) -> dict[str, str]:
    """The texts of the body by name: what stands at the top before what stands deeper, the first of each name.

    ``Malformed`` for anything that is no clean document.
    """
    try:
        text = clean(body.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise Malformed("not UTF-8") from None
    leaves = _from_json(text) if text.lstrip().startswith("{") else _from_xml(text)
    fields: dict[str, str] = {}
    for _, name, value in sorted(leaves, key=lambda leaf: leaf[0] > 1):
        fields.setdefault(name, value)
    return fields


def _from_json(text: str) -> list[Leaf]:
    try:
        document = json.loads(text, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise Malformed("not JSON") from None
    return list(_flattened(document, "", 0))


def _no_constant(_: str) -> None:
    raise ValueError


def _flattened(value: Any, name: str, depth: int) -> Iterator[Leaf]:
    if depth > DEEPEST or (isinstance(value, dict | list) and len(value) > MOST_ELEMENTS):
        raise Malformed("too deep or too large")
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _flattened(inner, clean(key), depth + 1)
    elif isinstance(value, list):
        for inner in value:
            yield from _flattened(inner, name, depth + 1)
    elif value is not None:
        yield depth, name, clean(str(value))


def _from_xml(text: str) -> list[Leaf]:
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
    return reader.leaves


class _Reader:
    """Collects the texts of one document."""

    def __init__(self) -> None:
        self.leaves: list[Leaf] = []
        self._depth = 0
        self._pieces: list[str] = []
        self._count = 0
        self._leaf = False

    def doctype(self, *_: object) -> None:
        raise Malformed("document type declared")

    def start(self, _name: str, _attributes: object) -> None:
        self._count += 1
        self._depth += 1
        if self._depth > DEEPEST or self._count > MOST_ELEMENTS:
            raise Malformed("too deep or too large")
        self._pieces.clear()
        self._leaf = True

    def text(self, data: str) -> None:
        self._pieces.append(data)

    def end(self, name: str) -> None:
        self._depth -= 1
        if self._leaf and self._depth:
            self.leaves.append((self._depth, name, "".join(self._pieces)))
        self._pieces.clear()
        self._leaf = False
