"""How the product writes its log: one line per step, JSON in production, and never a secret or a person in it."""

import logging
import re
import sys
from collections.abc import Iterable, Mapping, MutableMapping
from types import TracebackType
from typing import Any

import structlog

HIDDEN = re.compile(
    r"secret|token|aes_?key|password|openid|authorization|cookie|signature|code_sent|content|text_in"
    r"|phone|mobile|address|ship_to|receiver",
    re.IGNORECASE,
)
SHOWN = frozenset({"event", "level", "ts", "logger"})
_SECRETS = r"access_token|refresh_token|token|(?:corp)?secret|aes_?key|password|ticket"
# What tells who somebody is or opens a door, wherever it stands in a text: each with what is left of it.
_PATTERNS: tuple[tuple[re.Pattern[str], str], ...] = (
    (
        re.compile(
            rf"\b((?:{_SECRETS}|code|key|sign|state|signature|msg_signature|openid)=)[^&\s\"'#]+", re.IGNORECASE
        ),
        r"\1***",
    ),
    (re.compile(rf"([\"'](?:{_SECRETS}|openid|touser|phone|mobile)[\"']\s*:\s*[\"'])[^\"']*", re.IGNORECASE), r"\1***"),
    (re.compile(r"(://[^:/@\s]*:)[^@\s/]+@"), r"\1***@"),
    (re.compile(r"(/o/|/hooks/carriers/\w+/)[\w-]+"), r"\1***"),
    (re.compile(r"(\b(?:bearer|basic)\s+)[\w.~+/=-]+", re.IGNORECASE), r"\1***"),
    (re.compile(r"(?<![\w-])o[\w-]{27}(?![\w-])", re.ASCII), "o***"),
    (re.compile(r"(?<!\d)1[3-9]\d{9}(?!\d)"), "1***"),
)
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]")
_SHORTEST = 6

_known: list[str] = []


def hide(secrets: Iterable[str]) -> None:
    """Blank these very texts wherever they turn up, whatever stands beside them."""
    _known[:] = sorted({*_known, *(text for text in secrets if len(text) >= _SHORTEST)}, key=len, reverse=True)


def redact(_logger: Any, _name: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Blank what is secret by its name, and what is secret inside a text; escape what could forge a line."""
    for name, value in event.items():
        if name not in SHOWN and HIDDEN.search(name):
            event[name] = "***"
        elif name == "exception":
            event[name] = "\n".join(cleaned(line) for line in str(value).split("\n"))
        elif not name.startswith("_"):
            event[name] = _clean(value)
    return event


def _clean(value: Any) -> Any:
    """A value without secrets, however deep they lie in it; what is no plain value is shown as its text."""
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, Mapping):
        return {cleaned(str(name)): "***" if HIDDEN.search(str(name)) else _clean(one) for name, one in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_clean(one) for one in value]
    return cleaned(str(value))


def cleaned(text: str) -> str:
    """A text that can neither break a line nor hide one, without secrets."""
    return escaped(masked(text))


def escaped(text: str) -> str:
    """A text whose control characters, line breaks and changes of direction are written out."""
    return _CONTROL.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def _set_in(_logger: Any, _name: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Traces for people are set in: no line of one looks like a line of the log."""
    if isinstance(event.get("exception"), str):
        event["exception"] = "  | " + event["exception"].replace("\n", "\n  | ")
    return event


def masked(text: Any) -> str:
    """A text without tokens, keys, passwords, openids and telephone numbers."""
    found = str(text)
    for secret in _known:
        found = found.replace(secret, "***")
    for pattern, left in _PATTERNS:
        found = pattern.sub(left, found)
    return found


def calmed(record: logging.LogRecord) -> bool:
    """Make one line of bad HTTP from outside: aiohttp writes a traceback, and anybody may send it by the thousand."""
    from aiohttp.http_exceptions import HttpProcessingError

    if record.exc_info and isinstance(record.exc_info[1], HttpProcessingError):
        record.msg, record.args, record.exc_info = "bad_http", (), None
        record.levelno, record.levelname = logging.WARNING, "WARNING"
    return True


def set_up(level: str = "INFO", form: str = "auto") -> None:
    """Write the log to standard error: ``json``, ``text``, or by whether a person is watching."""
    as_json = form == "json" or (form == "auto" and not sys.stderr.isatty())
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="ts"),
        structlog.processors.format_exc_info,
        redact,
        *(() if as_json else (_set_in,)),
    ]
    end = structlog.processors.JSONRenderer(ensure_ascii=False) if as_json else structlog.dev.ConsoleRenderer()
    structlog.configure(
        processors=[*shared, end],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping().get(level.upper(), 20)),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    logging.basicConfig(level=logging.WARNING, handlers=[_libraries(shared, end)], force=True)
    logging.getLogger("aiohttp.server").addFilter(calmed)
    sys.excepthook = crashed


def crashed(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """The end of the process by a bug, as one line like all others: Python's own would show what it holds."""
    if issubclass(kind, KeyboardInterrupt):
        return
    structlog.get_logger().critical("crashed", exc_info=(kind, error, trace))


def _libraries(shared: list[Any], end: Any) -> logging.Handler:
    """What libraries write through ``logging``, in the same lines and as clean as our own."""
    handler = logging.StreamHandler(sys.stderr)
    named = [structlog.stdlib.add_logger_name, *shared]
    strip = structlog.stdlib.ProcessorFormatter.remove_processors_meta
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(foreign_pre_chain=named, processors=[strip, end]))
    return handler
