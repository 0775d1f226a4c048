"""How the product writes its log: one line per step, JSON in production, and never a secret or a person in it."""

import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

HIDDEN = re.compile(r"secret|token|aes_?key|password|openid|authorization|code_sent|content|text_in", re.IGNORECASE)
_IN_URL = re.compile(r"((?:access_token|secret|code|key|sign|ticket)=)[^&\s\"']+", re.IGNORECASE)
_CONTROL = re.compile(r"[\x00-\x1f\x7f\u2028\u2029\u202a-\u202e\u2066-\u2069]")


def redact(_logger: Any, _name: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Blank what is secret by its name, and tokens inside addresses; escape what could forge a line."""
    for name, value in event.items():
        if HIDDEN.search(name) and name != "event":
            event[name] = "***"
        elif isinstance(value, str):
            event[name] = cleaned(value) if name != "exception" else _IN_URL.sub(r"\1***", value)
    return event


def cleaned(text: str) -> str:
    """A text that can neither break a line nor hide one, with tokens in addresses blanked."""
    return _IN_URL.sub(r"\1***", _CONTROL.sub(lambda m: f"\\u{ord(m[0]):04x}", text))


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


def _libraries(shared: list[Any], end: Any) -> logging.Handler:
    """What libraries write through ``logging``, in the same lines and as clean as our own."""
    handler = logging.StreamHandler(sys.stderr)
    named = [structlog.stdlib.add_logger_name, *shared]
    strip = structlog.stdlib.ProcessorFormatter.remove_processors_meta
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(foreign_pre_chain=named, processors=[strip, end]))
    return handler
