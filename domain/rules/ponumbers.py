"""The number that a customer gave an order in their own books (客户单号): kept as written, known however spelt."""

import re

LONGEST = 64
_PREFIX = re.compile(r"P\.?O\.?[-#:]*(?=.)")
_USUAL = ("PO", "PO-", "PO#")


def kept(text: str) -> str:
    """A number as it is kept: without blanks, in capitals."""
    written = re.sub(r"\s", "", text).upper()
    prefix = _PREFIX.match(written)
    odd = prefix is not None and prefix[0] not in _USUAL
    return (f"PO-{written[prefix.end() :]}" if prefix is not None and odd else written)[:LONGEST]


def spellings(text: str) -> list[str]:
    """Every way in which the same number may be kept: PO-889, PO889, PO#889 and 889 are one."""
    written = kept(text)
    bare = _PREFIX.sub("", written, count=1) if _PREFIX.match(written) else written
    return list(dict.fromkeys((written, bare, f"PO-{bare}", f"PO{bare}", f"PO#{bare}")))
