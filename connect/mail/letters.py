"""A text as an e-mail, and what a mail server's codes mean for it; pure."""

import re
from dataclasses import dataclass, field
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from domain.errors import DeliveryFailed

EMAIL = "email"
LONGEST_SUBJECT = 60
BUSY = "busy"
"""The server would take it later: it is asked again before another way is tried."""
_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,8}")
_CONFIG = frozenset({530, 534, 535, 538, 454, "no_tls", "bad_certificate"})
"""Nobody gets anything through until somebody mends the setup."""


@dataclass(frozen=True, slots=True)
class Server:
    """Where e-mail is handed in; ``tls`` from the first byte (tls), after a greeting (starttls), or none at all."""

    host: str
    port: int
    sender: str
    tls: str = "starttls"
    user: str = ""
    password: str = field(default="", repr=False)
    ca_file: str | None = None


@dataclass(frozen=True, slots=True)
class Letter:
    """One e-mail; ``key`` is the same on every try, so that a mailbox can show it once."""

    key: str
    to: str
    text: str
    at: datetime


def is_address(text: str) -> bool:
    """Whether a text has the form of one plain e-mail address."""
    return _ADDRESS.fullmatch(text) is not None


def message_of(server: Server, letter: Letter, name: str) -> EmailMessage:
    """The e-mail as it goes over the wire: its first line is the subject, ``name`` is who writes."""
    if not is_address(letter.to):
        raise failed("bad_address")
    mail = EmailMessage(policy=SMTP)
    first = " ".join(letter.text.split("\n", 1)[0].split())
    mail["Subject"] = first if len(first) <= LONGEST_SUBJECT else first[: LONGEST_SUBJECT - 1] + "…"
    mail["From"] = Address(" ".join(name.split()), addr_spec=server.sender)
    mail["To"] = letter.to
    mail["Date"] = format_datetime(letter.at)
    mail["Message-ID"] = f"<{letter.key}@{server.sender.rpartition('@')[2]}>"
    # So that no holiday notice comes back.
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(letter.text, cte="base64")
    return mail


def failed(code: int | str) -> DeliveryFailed:
    """An e-mail that was not taken: asked again when the server says later, another way at once otherwise."""
    if code in _CONFIG:
        return DeliveryFailed(f"{EMAIL}:{code}", permanent=True, kind="config")
    later = isinstance(code, int) and 400 <= code < 500
    return DeliveryFailed(f"{EMAIL}:{code}", permanent=not later, kind=BUSY if later else "content")
