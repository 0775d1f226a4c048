"""E-mail to staff: its form, what a server's codes mean, and a strict server that takes it or does not."""

import datetime as dt
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from connect.mail.letters import Letter, Server, failed, is_address, message_of
from connect.mail.postman import Postman
from domain.errors import DeliveryFailed
from simulator.mail import MailServer
from tests.notify.samples import NOW

SERVER = Server("127.0.0.1", 25, "alerts@shop.example", "none")
LETTER = Letter("7-1764000000", "li@shop.example", "A7 订单 1042K 迟迟未揽收，请联系快递。\n回复「收到 A7」", NOW)
Open = Callable[..., AbstractAsyncContextManager[tuple[MailServer, Server]]]


@pytest.mark.parametrize(
    ("address", "good"),
    [
        ("li@shop.example", True), ("Li.Ming+gd@mail.shop.example", True), ("li@shop", False), ("li", False),
        ("李@shop.example", False), ("li@shop.example\r\nBcc: x@y.example", False), ("<li@shop.example>", False),
        ("li@shop..example", False), ("a@b.example,c@d.example", False),
    ],
)  # fmt: skip
def test_addresses(address: str, good: bool):
    assert is_address(address) is good


def test_the_first_line_is_the_subject_and_nothing_breaks_out_of_it():
    mail = message_of(SERVER, replace(LETTER, text="长" * 99 + "\r\nBcc: evil@x.example\n正文"), "跟单\r\nX: y")
    assert (len(str(mail["Subject"])), str(mail["Bcc"])) == (60, "None")
    assert str(mail["From"]) == '"跟单 X: y" <alerts@shop.example>'
    assert str(mail["Message-ID"]) == "<7-1764000000@shop.example>"
    assert mail["X"] is None
    assert bytes(mail).isascii()


@pytest.mark.parametrize(
    ("code", "kind", "permanent"),
    [
        (421, "busy", False), (450, "busy", False), (451, "busy", False), (550, "content", True),
        (552, "content", True),
        (554, "content", True), (535, "config", True), (530, "config", True), ("no_tls", "config", True),
        ("bad_certificate", "config", True), ("no_answer", "content", True), ("no_connection", "content", True),
    ],
)  # fmt: skip
def test_what_codes_mean(code: int | str, kind: str, permanent: bool):
    failure = failed(code)
    assert (failure.code, failure.kind, failure.permanent) == (f"email:{code}", kind, permanent)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate of our own for the loopback address, with its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    made = dt.datetime.now(dt.UTC) - dt.timedelta(days=1)
    signed = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(made)
        .not_valid_after(made + dt.timedelta(days=9))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    file = tmp_path_factory.mktemp("mail") / "own.pem"
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    file.write_bytes(secret + signed.public_bytes(serialization.Encoding.PEM))
    return file


@asynccontextmanager
async def a_server(
    tls: str = "none", file: Path | None = None, **more: str
) -> AsyncIterator[tuple[MailServer, Server]]:
    """A strict server, and how the product is told of it."""
    context = None
    if file is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(file)
    fake = MailServer(tls=context, implicit=tls == "tls", **more)
    port = await fake.start()
    try:
        yield fake, Server("localhost" if file else "127.0.0.1", port, "alerts@shop.example", tls, **more)
    finally:
        await fake.close()


async def test_a_letter_arrives_once_and_whole():
    async with a_server() as (fake, server):
        postman = Postman(server, "跟单")
        await postman.carry(LETTER)
        await postman.carry(LETTER)
        (mail,) = fake.taken
        assert str(mail["Subject"]) == "A7 订单 1042K 迟迟未揽收，请联系快递。"
        assert mail.get_content().replace("\r\n", "\n").strip() == LETTER.text
        assert (str(mail["To"]), mail["Auto-Submitted"], fake.faults) == ("li@shop.example", "auto-generated", [])


@pytest.mark.parametrize("tls", ["starttls", "tls"])
async def test_nothing_goes_in_clear_words_where_tls_is_wanted(tls: str, certificate: Path):
    async with a_server(tls, certificate, user="shop", password="geheim") as (fake, server):
        trusted = replace(server, ca_file=str(certificate))
        await Postman(trusted, "跟单").carry(LETTER)
        assert len(fake.taken) == 1
        for wrong, code in ((replace(trusted, password="falsch"), "email:535"), (server, "email:bad_certificate")):
            with pytest.raises(DeliveryFailed) as refused:
                await Postman(wrong, "跟单").carry(LETTER)
            assert (refused.value.code, refused.value.kind) == (code, "config")
        assert len(fake.taken) == 1


async def test_a_server_without_tls_is_not_given_the_letter():
    async with a_server() as (fake, server):
        with pytest.raises(DeliveryFailed) as refused:
            await Postman(replace(server, tls="starttls"), "跟单").carry(LETTER)
        assert (refused.value.code, fake.taken) == ("email:no_tls", [])


@pytest.mark.parametrize(
    ("verb", "said", "code", "kind"),
    [
        ("RCPT", "550 5.1.1 no such user", "email:550", "content"),
        ("RCPT", "450 4.2.0 greylisted", "email:450", "busy"),
        ("MAIL", "452 4.3.1 full", "email:452", "busy"),
        ("BODY", "554 5.7.1 looks like spam", "email:554", "content"),
        ("BODY", "drop", "email:no_answer", "content"),
        ("EHLO", "drop", "email:no_answer", "content"),
    ],
)
async def test_what_a_server_refuses(verb: str, said: str, code: str, kind: str):
    async with a_server() as (fake, server):
        fake.answer(verb, said)
        with pytest.raises(DeliveryFailed) as refused:
            await Postman(server, "跟单").carry(LETTER)
        assert (refused.value.code, refused.value.kind, refused.value.maybe_sent) == (code, kind, False)
        assert fake.taken == []


async def test_a_server_that_is_slow_at_each_step_is_not_waited_for_longer_than_one_that_is_silent():
    async with a_server() as (fake, server):
        fake.pause = 0.15
        with pytest.raises(DeliveryFailed) as refused:
            await Postman(server, "跟单", seconds=0.25).carry(LETTER)
    assert (refused.value.code, refused.value.maybe_sent) == ("email:no_connection", False)


async def test_nobody_there():
    async with a_server() as (fake, server):
        await fake.close()
        with pytest.raises(DeliveryFailed) as refused:
            await Postman(server, "跟单").carry(LETTER)
        assert refused.value.code == "email:no_connection"
