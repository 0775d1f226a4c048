"""Links to an order's page that cannot be guessed: the number and its seal under a secret of this installation."""

import base64
import hashlib
import hmac
import secrets

from tortoise.exceptions import IntegrityError

from domain.models import InstanceSecret

NAME = "links"


async def load_secret() -> bytes:
    """The secret of this installation, made on first use; all processes on one database share it."""
    row = await InstanceSecret.get_or_none(name=NAME)
    if row is None:
        try:
            row = await InstanceSecret.create(name=NAME, value=secrets.token_hex(32))
        except IntegrityError:
            row = await InstanceSecret.get(name=NAME)
    return bytes.fromhex(row.value)


def order_token(number: str, secret: bytes) -> str:
    """The token in the address of an order's page: number and 132 bits of seal."""
    return f"{number.removeprefix('SO')}-{_seal(number, secret)}"


def number_of(token: str, secret: bytes) -> str | None:
    """The order number that a genuine token is for; None for any other text."""
    shown, _, seal = token.partition("-")
    number = f"SO{shown}"
    genuine = shown.isascii() and hmac.compare_digest(seal.encode(), _seal(number, secret).encode())
    return number if genuine else None


def _seal(number: str, secret: bytes) -> str:
    digest = hmac.new(secret, f"order-page:{number}".encode(), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(digest).decode()[:22]
