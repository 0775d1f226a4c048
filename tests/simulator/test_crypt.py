"""Signatures and envelopes against the platform's own published values, and against wechatpy's code."""

import base64
from xml.etree import ElementTree

import pytest
from wechatpy.crypto import WeChatCrypto
from wechatpy.utils import WeChatSigner

from simulator import crypt

TOKEN, KEY, APPID = "AAAAA", "A" * 43, "wxba5fad812f8e6fb9"
PUSHED = (
    "+qdx1OKCy+5JPCBFWw70tm0fJGb2Jmeia4FCB7kao+/Q5c/ohsOzQHi8khUOb05JCpj0JB4RvQMkUyus8TPxLKJGQqcvZqzDpVzazhZv6JsXUnnR8X"
    "GT740XgXZUXQ7vJVnAG+tE8NUd4yFyjPy7GgiaviNrlCTj+l5kdfMuFUPpRSrfMZuMcp3Fn2Pede2IuQrKEYwKSqFIZoNqJ4M8EajAsjLY2km32IIj"
    "df8YL/P50F7mStwntrA2cPDrM1kb6mOcfBgRtWygb3VIYnSeOBrebufAlr7F9mFUPAJGj04="
)
REPLIED = "ELGduP2YcVatjqIS+eZbp80MNLoAUWvzzyJxgGzxZO/5sAvd070Bs6qrLARC9nVHm48Y4hyRbtzve1L32tmxSQ=="


@pytest.mark.parametrize(
    ("parts", "signature"),
    [
        (("1714036504", "1514711492"), "f464b24fc39322e44b38aa78f5edd27bd1441696"),
        (("1714037059", "486452656"), "899cf89e464efb63f54ddac96b0a0a235f53aa78"),
        (("1714112445", "415670741"), "6c5c811b55cc85e0e1b54100749188c20beb3f5d"),
        (("1714112445", "415670741", PUSHED), "046e02f8204d34f8ba5fa3b1db94908f3df2e9b3"),
        (("1713424427", "415670741", REPLIED), "1b9339964ed2e271e7c7b6ff2b0ef902fc94dea1"),
    ],
)
def test_signs_as_published(parts, signature):
    assert crypt.sign(TOKEN, *parts) == signature


def test_opens_the_published_push():
    plain = crypt.unseal(KEY, APPID, PUSHED)
    assert len(plain) == 167
    assert b"debug_demo" in plain


def test_seals_the_published_reply():
    assert crypt.seal(KEY, APPID, b'{"demo_resp":"good luck"}', b"707722b803182950") == REPLIED


@pytest.mark.parametrize("length", [0, 1, 11, 12, 13, 31, 32, 33, 2048])
def test_wechatpy_opens_what_we_seal_at_every_padding(length):
    cipher = crypt.seal(KEY, APPID, b"x" * length)
    signature = crypt.sign(TOKEN, "1", "2", cipher)
    opened = WeChatCrypto(TOKEN, KEY, APPID).decrypt_message(
        f"<xml><Encrypt>{cipher}</Encrypt></xml>", signature, "1", "2"
    )
    assert opened == "x" * length
    assert len(base64.b64decode(cipher)) % 32 == 0


def test_opens_what_wechatpy_seals():
    sealed = ElementTree.fromstring(WeChatCrypto(TOKEN, KEY, APPID).encrypt_message("订 A100 🙂", "n"))
    cipher = sealed.findtext("Encrypt") or ""
    assert crypt.unseal(KEY, APPID, cipher).decode() == "订 A100 🙂"
    signer = WeChatSigner()
    signer.add_data(TOKEN, sealed.findtext("TimeStamp"), "n", cipher)
    assert crypt.sign(TOKEN, sealed.findtext("TimeStamp") or "", "n", cipher) == signer.signature


@pytest.mark.parametrize("cipher", ["", "?", "AAAA", base64.b64encode(b"\0" * 32).decode(), PUSHED[:-4], "订"])
def test_junk_is_a_bad_cipher(cipher):
    with pytest.raises(crypt.BadCipher):
        crypt.unseal(KEY, APPID, cipher)


@pytest.mark.parametrize(("key", "appid"), [("B" * 43, APPID), (KEY, "wx0000000000000000"), (KEY, "")])
def test_another_key_or_appid_opens_nothing(key, appid):
    with pytest.raises(crypt.BadCipher):
        crypt.unseal(key, appid, PUSHED)
