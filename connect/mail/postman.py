"""Hands an e-mail to the mail server of the shop, once."""

import asyncio
import ssl

import aiosmtplib
from aiosmtplib import SMTPException

from connect.mail.letters import Letter, Server, failed, message_of

TIMEOUT = 15.0
"""Seconds for all of it, well before whoever sends gives it up as something of which nobody knows the end."""


class Postman:
    """Carries letters to one server under one name."""

    def __init__(self, server: Server, name: str, *, seconds: float = TIMEOUT) -> None:
        self._server = server
        self._name = name
        self._seconds = seconds

    async def carry(self, letter: Letter) -> None:
        """Send, or raise ``DeliveryFailed``: also when nobody knows, for a word to staff is rather told twice."""
        try:
            async with asyncio.timeout(self._seconds):
                await self._handed_in(letter)
        except SMTPException as error:
            raise failed(_code(error)) from None
        except ssl.SSLError:
            raise failed("bad_certificate") from None
        except (TimeoutError, OSError):
            raise failed("no_connection") from None

    async def _handed_in(self, letter: Letter) -> None:
        server = self._server
        await aiosmtplib.send(
            message_of(server, letter, self._name),
            hostname=server.host,
            port=server.port,
            username=server.user or None,
            password=server.password or None,
            use_tls=server.tls == "tls",
            start_tls=server.tls == "starttls",
            cert_bundle=server.ca_file,
            timeout=self._seconds,
        )


def _code(error: SMTPException) -> int | str:
    """The server's own code where it gave one."""
    match error:
        case aiosmtplib.SMTPRecipientsRefused(recipients=refused) if refused:
            return refused[0].code
        case _ if type(error) is SMTPException and "STARTTLS" in str(error):
            # The library has no class of its own for a server that does not offer it.
            return "no_tls"
        case aiosmtplib.SMTPResponseException(code=code) if code > 0:
            return code
        case aiosmtplib.SMTPConnectError() | aiosmtplib.SMTPConnectTimeoutError():
            return "bad_certificate" if isinstance(error.__cause__, ssl.SSLError) else "no_connection"
    return "no_answer"
