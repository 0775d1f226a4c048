"""The platform's own published examples, in both directions, and other people's code as a second opinion."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from wechatpy.crypto import WeChatCrypto

from bot.cipher import Undecipherable, decrypt, encrypt, genuine, signature
from bot.envelope import Hostile, WireAccount, echo, open_push

VECTORS: dict[str, Any] = json.loads((Path(__file__).parent.parent / "payloads" / "wechat.json").read_text())
TOKEN, KEY, APPID = VECTORS["token"], VECTORS["encoding_aes_key"], VECTORS["appid"]
ACCOUNT = WireAccount("main", APPID, "gh_97417a04a28d", TOKEN, KEY, None, "safe")


def at(stamp: str) -> datetime:
    return datetime.fromtimestamp(int(stamp), UTC)


@pytest.mark.parametrize("name", ["handshake", "plain_post"])
def test_signs_the_query_as_published(name: str) -> None:
    sample = VECTORS[name]
    assert signature(TOKEN, sample["timestamp"], sample["nonce"]) == sample["signature"]
    assert genuine(sample["signature"], TOKEN, sample["timestamp"], sample["nonce"])
    assert not genuine(sample["signature"][:-1] + "x", TOKEN, sample["timestamp"], sample["nonce"])


def test_answers_the_published_handshake() -> None:
    query = VECTORS["handshake"] | {"echostr": "4375120948345356249"}
    assert echo(ACCOUNT, query, at(query["timestamp"])) == "4375120948345356249"
    with pytest.raises(Hostile):
        echo(ACCOUNT, query | {"nonce": "1"}, at(query["timestamp"]))


@pytest.mark.parametrize("form", ["json", "xml"])
def test_opens_the_published_push(form: str) -> None:
    sample = VECTORS["safe_post"]
    sealed = sample["Encrypt"]
    body = (
        json.dumps({"ToUserName": "gh_97417a04a28d", "Encrypt": sealed})
        if form == "json"
        else f"<xml><ToUserName><![CDATA[gh_97417a04a28d]]></ToUserName><Encrypt><![CDATA[{sealed}]]></Encrypt></xml>"
    )
    query = {name: sample[name] for name in ("timestamp", "nonce", "signature", "msg_signature")}
    inbound, seal = open_push(ACCOUNT, query | {"encrypt_type": "aes"}, body.encode(), at(sample["timestamp"]))
    assert inbound is not None
    assert (inbound.kind, inbound.event, inbound.openid) == ("event", "debug_demo", "o9AgO5Kd5ggOC-bXrbNODIiE3bGY")
    assert inbound.fields["debug_str"] == "hello world"
    assert inbound.at == datetime(2024, 4, 26, 6, 20, 45, tzinfo=UTC)
    assert (seal.aes_key, seal.nonce, seal.as_json) == (KEY, sample["nonce"], form == "json")


def test_seals_the_published_reply() -> None:
    sample = VECTORS["safe_reply"]
    sealed = encrypt(sample["message"].encode(), KEY, APPID, salt=sample["random"].encode())
    assert sealed == sample["Encrypt"]
    assert signature(TOKEN, sample["TimeStamp"], sample["Nonce"], sealed) == sample["MsgSignature"]
    assert decrypt(sealed, KEY, APPID) == sample["message"].encode()


@pytest.mark.parametrize("length", [0, 1, 11, 12, 13, 43, 44, 45, 1000])
def test_agrees_with_other_peoples_cipher_whatever_the_padding(length: int) -> None:
    message = "x" * length
    other = WeChatCrypto(TOKEN, KEY, APPID)
    theirs = other.encrypt_message(message, "n1", "1714036504")
    assert decrypt(theirs.split("<Encrypt><![CDATA[")[1].split("]]>")[0], KEY, APPID) == message.encode()
    sealed = encrypt(message.encode(), KEY, APPID)
    signed = signature(TOKEN, "1714036504", "n1", sealed)
    body = f"<xml><ToUserName>gh</ToUserName><Encrypt>{sealed}</Encrypt></xml>"
    assert other.decrypt_message(body, signed, "1714036504", "n1") == message


def test_another_appid_or_key_opens_nothing() -> None:
    sealed = encrypt(b"hello", KEY, APPID)
    for key, appid in ((KEY, "wx0000000000000000"), (KEY, APPID[:-1]), (KEY, ""), ("B" * 43, APPID)):
        with pytest.raises(Undecipherable):
            decrypt(sealed, key, appid)
