"""A small, strict mail server on loopback: what it takes stands in `taken`, what breaks the rules is refused."""

import asyncio
import base64
import ssl
from collections import deque
from email import message_from_bytes, policy
from email.message import EmailMessage

LONGEST_LINE = 998
NEEDED = ("From", "To", "Date", "Message-ID", "Subject")


class MailServer:
    """Speaks SMTP with AUTH and STARTTLS; `answers` are given instead of a good one, per verb, one after another.

    Before whatever it says it lets `pause` seconds go by.
    """

    def __init__(
        self, *, user: str = "", password: str = "", tls: ssl.SSLContext | None = None, implicit: bool = False
    ) -> None:
        self.user, self.password, self.tls, self.implicit = user, password, tls, implicit
        self.pause = 0.0
        self.taken: list[EmailMessage] = []
        self.faults: list[str] = []
        self.answers: dict[str, deque[str]] = {}
        self._server: asyncio.Server | None = None

    async def start(self) -> int:
        """Listen; the port."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0, ssl=self.tls if self.implicit else None)
        return int(self._server.sockets[0].getsockname()[1])

    async def close(self) -> None:
        """Stop listening."""
        if self._server is not None:
            self._server.close()

    def answer(self, verb: str, *lines: str) -> None:
        """What is said to the next commands of this verb instead; `drop` hangs up."""
        self.answers.setdefault(verb, deque()).extend(lines)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        talk = _Talk(self, reader, writer)
        try:
            await talk.run()
        except (ConnectionError, asyncio.IncompleteReadError, ssl.SSLError):
            pass
        finally:
            writer.close()


class _Talk:
    """One connection, with what was said so far."""

    def __init__(self, server: MailServer, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.server, self.reader, self.writer = server, reader, writer
        self.greeted = self.known = False
        self.secure = server.implicit
        self.sender: str | None = None
        self.hearers: list[str] = []

    async def run(self) -> None:
        await self.say("220 mail.example ESMTP")
        while line := await self.reader.readline():
            text = line.decode("ascii", "replace")
            if not text.endswith("\r\n") or len(line) > LONGEST_LINE + 2:
                self.server.faults.append("line")
                await self.say("500 line too long or without CRLF")
                continue
            verb, _, rest = text.strip().partition(" ")
            if not await self.obey(verb.upper(), rest):
                return

    async def obey(self, verb: str, rest: str) -> bool:
        given = self.server.answers.get(verb)
        if given:
            said = given.popleft()
            if said == "drop":
                return False
            await self.say(said)
            return True
        if verb == "QUIT":
            await self.say("221 bye")
            return False
        work = {"EHLO": self.ehlo, "STARTTLS": self.starttls, "AUTH": self.auth, "MAIL": self.mail}
        work |= {"RCPT": self.rcpt, "DATA": self.data, "RSET": self.rset}
        if verb not in work:
            await self.say("502 command not implemented")
        else:
            await work[verb](rest)
        return True

    async def say(self, *lines: str) -> None:
        await asyncio.sleep(self.server.pause)
        self.writer.write("".join(f"{line}\r\n" for line in lines).encode())
        await self.writer.drain()

    async def ehlo(self, _rest: str) -> None:
        self.greeted = True
        more = ["250-STARTTLS"] if self.server.tls is not None and not self.secure else []
        if self.server.user and (self.secure or self.server.tls is None):
            more.append("250-AUTH PLAIN")
        await self.say("250-mail.example", *more, "250 8BITMIME")

    async def starttls(self, _rest: str) -> None:
        if self.server.tls is None or self.secure:
            await self.say("502 no TLS here")
            return
        await self.say("220 go ahead")
        await self.writer.start_tls(self.server.tls)
        self.secure, self.greeted = True, False

    async def auth(self, rest: str) -> None:
        kind, _, proof = rest.partition(" ")
        right = base64.b64encode(f"\0{self.server.user}\0{self.server.password}".encode()).decode()
        self.known = kind == "PLAIN" and proof == right
        await self.say("235 welcome" if self.known else "535 5.7.8 bad credentials")

    async def mail(self, rest: str) -> None:
        if not self.greeted or (self.server.user and not self.known):
            await self.say("530 5.7.0 authentication required" if self.greeted else "503 say EHLO first")
        elif not rest.upper().startswith("FROM:<"):
            await self.say("501 bad address")
        else:
            self.sender, self.hearers = rest[6:].partition(">")[0], []
            await self.say("250 ok")

    async def rcpt(self, rest: str) -> None:
        if self.sender is None or not rest.upper().startswith("TO:<"):
            await self.say("503 MAIL first")
            return
        self.hearers.append(rest[4:].partition(">")[0])
        await self.say("250 ok")

    async def data(self, _rest: str) -> None:
        if not self.hearers:
            await self.say("503 RCPT first")
            return
        await self.say("354 go on")
        raw = await self.reader.readuntil(b"\r\n.\r\n")
        after = self.server.answers.get("BODY")
        said = after.popleft() if after else self.judged(raw[:-3].replace(b"\r\n..", b"\r\n."))
        if said == "drop":
            self.writer.close()
            return
        await self.say(said)
        await self.rset("", silent=True)

    def judged(self, raw: bytes) -> str:
        mail = message_from_bytes(raw, policy=policy.default)
        head = raw.partition(b"\r\n\r\n")[0]
        wrong = [name for name in NEEDED if len(mail.get_all(name) or ()) != 1]
        wrong += ["8bit in headers"] if not head.isascii() else []
        wrong += ["long line"] if any(len(line) > LONGEST_LINE for line in raw.split(b"\r\n")) else []
        wrong += ["bare line end"] if b"\n" in raw.replace(b"\r\n", b"") or b"\r" in raw.replace(b"\r\n", b"") else []
        if wrong:
            self.server.faults += wrong
            return "554 5.6.0 " + ", ".join(wrong)
        if str(mail["Message-ID"]) not in {str(one["Message-ID"]) for one in self.server.taken}:
            self.server.taken.append(mail)
        return "250 2.0.0 queued"

    async def rset(self, _rest: str, *, silent: bool = False) -> None:
        self.sender, self.hearers = None, []
        if not silent:
            await self.say("250 ok")
