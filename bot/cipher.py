"""The platform's message encryption and signatures, as its "消息加解密说明" lays them down; no I/O.

AES-256-CBC, key = base64(EncodingAESKey + "="), IV = its first 16 bytes, PKCS#7 to 32 bytes; the plain text is
16 random bytes, the length of the message (4 bytes, big-endian), the message, the appid.
"""

import base64
import binascii
import hashlib
import hmac
import os
import struct
from functools import lru_cache

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

BLOCK = 32
HEAD = 20


class Undecipherable(ValueError):
    """The text was not encrypted with this key for this account."""


def signature(token: str, *parts: str) -> str:
    """SHA-1 over the sorted parts, the only way in which the platform signs."""
    joined = "".join(sorted((token, *parts)))
    return hashlib.sha1(joined.encode("utf-8", "surrogateescape"), usedforsecurity=False).hexdigest()


def genuine(given: str, token: str, *parts: str) -> bool:
    """Whether a signature is right, in constant time."""
    return hmac.compare_digest(given.encode("utf-8", "surrogateescape"), signature(token, *parts).encode())


def decrypt(encrypted: str, aes_key: str, appid: str) -> bytes:
    """The message inside; ``Undecipherable`` whatever is wrong with it."""
    key = _key(aes_key)
    try:
        sealed = base64.b64decode(encrypted, validate=True)
    except (binascii.Error, ValueError):
        raise Undecipherable from None
    if not sealed or len(sealed) % 16:
        raise Undecipherable
    opener = Cipher(algorithms.AES(key), modes.CBC(key[:16])).decryptor()
    plain = opener.update(sealed) + opener.finalize()
    padding = plain[-1]
    if not 1 <= padding <= BLOCK or len(plain) - padding < HEAD:
        raise Undecipherable
    content = plain[HEAD : len(plain) - padding]
    (length,) = struct.unpack(">I", plain[16:HEAD])
    if length > len(content) or not hmac.compare_digest(content[length:], appid.encode()):
        raise Undecipherable
    return content[:length]


def encrypt(message: bytes, aes_key: str, appid: str, *, salt: bytes | None = None) -> str:
    """The message sealed; ``salt`` is the 16 random bytes, given only to check published examples."""
    key = _key(aes_key)
    plain = (salt or os.urandom(16)) + struct.pack(">I", len(message)) + message + appid.encode()
    padding = BLOCK - len(plain) % BLOCK
    sealer = Cipher(algorithms.AES(key), modes.CBC(key[:16])).encryptor()
    sealed = sealer.update(plain + bytes([padding]) * padding) + sealer.finalize()
    return base64.b64encode(sealed).decode()


@lru_cache(maxsize=64)
def _key(aes_key: str) -> bytes:
    return base64.b64decode(aes_key + "=")
