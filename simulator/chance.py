"""Identifiers in the shapes the platform gives them."""

import hashlib
import secrets
import string
from base64 import urlsafe_b64encode

_ALNUM = string.ascii_letters + string.digits
_WORDY = _ALNUM + "_-"


def wordy(length: int) -> str:
    """Letters, digits, `_` and `-`: the alphabet of openids, media ids, tickets and tokens."""
    return "".join(secrets.choice(_WORDY) for _ in range(length))


def alnum(length: int) -> str:
    """Letters and digits only: secrets, tokens of the server URL, AES keys."""
    return "".join(secrets.choice(_ALNUM) for _ in range(length))


def hexadecimal(length: int) -> str:
    """Lower-case hexadecimal digits: the tail of an appid or an original id."""
    return secrets.token_hex((length + 1) // 2)[:length]


def openid_of(appid: str, name: str) -> str:
    """The openid of the person called `name` at `appid`: the same after every restart, 28 characters."""
    digest = hashlib.sha256(f"{appid}\n{name}".encode()).digest()
    return "o" + urlsafe_b64encode(digest).decode()[:27]


def rid() -> str:
    """The request id that the platform hangs on every error message."""
    return "-".join(secrets.token_hex(4) for _ in range(3))


def number(digits: int) -> int:
    """A number of exactly so many digits: nonces."""
    least = int("1" + "0" * (digits - 1))
    return least + secrets.randbelow(9 * least)
