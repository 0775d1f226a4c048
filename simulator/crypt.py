"""Signatures and the AES envelope of the platform's message push, both directions."""

import base64
import binascii
import hashlib
import os
import struct

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC

_BLOCK = 32
"""The padding block; the cipher's own block is 16."""


class BadCipher(Exception):
    """The text is not something this key and appid have sealed."""


def sign(*parts: str) -> str:
    """SHA-1 over the sorted parts: token, timestamp, nonce and, where the body is sealed, its cipher text."""
    return hashlib.sha1("".join(sorted(parts)).encode(), usedforsecurity=False).hexdigest()


def seal(aes_key: str, appid: str, message: bytes, random: bytes | None = None) -> str:
    """Encrypt `message` for `appid` with the 43-character key; `random` is given only by known-answer tests."""
    plain = (random or os.urandom(16)) + struct.pack(">I", len(message)) + message + appid.encode()
    padding = _BLOCK - len(plain) % _BLOCK
    encryptor = _cipher(aes_key).encryptor()
    sealed = encryptor.update(plain + bytes([padding]) * padding) + encryptor.finalize()
    return base64.b64encode(sealed).decode()


def unseal(aes_key: str, appid: str, cipher: str) -> bytes:
    """Decrypt what `seal` made; anything else is a `BadCipher`, also another account's appid at its end."""
    try:
        sealed = base64.b64decode(cipher, validate=True)
    except (binascii.Error, ValueError):
        raise BadCipher("not base64") from None
    if not sealed or len(sealed) % _BLOCK:
        raise BadCipher("not whole blocks")
    decryptor = _cipher(aes_key).decryptor()
    return _message(decryptor.update(sealed) + decryptor.finalize(), appid)


def _message(plain: bytes, appid: str) -> bytes:
    padding = plain[-1]
    if not 1 <= padding <= _BLOCK or plain[-padding:] != bytes([padding]) * padding:
        raise BadCipher("bad padding")
    plain = plain[16:-padding]
    if len(plain) < 4:
        raise BadCipher("too short")
    end = 4 + int(struct.unpack(">I", plain[:4])[0])
    if plain[end:] != appid.encode() or not appid:
        raise BadCipher("sealed for another appid")
    return plain[4:end]


def _cipher(aes_key: str) -> "Cipher[CBC]":
    key = base64.b64decode(aes_key + "=")
    if len(key) != 32:
        raise ValueError("an AES key has 43 characters")
    return Cipher(AES(key), CBC(key[:16]))
