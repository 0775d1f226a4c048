"""Order numbers: short for a thumb, closed by a letter that catches a slip.

The serial is followed by one check letter, ``1042K``; ``SO1042K`` is how it is stored. The letter is the weighted sum
of the digits modulo the prime 23: every wrong digit and every swap of two neighbours gives another letter.
"""

import re

LETTERS = "ABCDEFGHJKMNPQRSTUVWXYZ"
FIRST = 1001

_WRITTEN = re.compile(r"(?:SO)?[-\s]?(\d{3,12})[-\s]?([A-HJ-KM-NP-Z])?", re.IGNORECASE)


def numbered(serial: int) -> str:
    """The stored number of the order with this serial, counted from 1: ``SO1001`` and its letter for the first."""
    digits = str(serial + FIRST - 1)
    return f"SO{digits}{check_letter(digits)}"


def check_letter(digits: str) -> str:
    """The letter that belongs behind these digits."""
    weights = range(2, 2 + len(digits))
    return LETTERS[sum(w * int(d) for w, d in zip(weights, reversed(digits), strict=True)) % len(LETTERS)]


def shown(number: str) -> str:
    """A stored number as people see and type it: ``1042K``."""
    return number.removeprefix("SO")


def digits(text: str) -> str:
    """The digits of what somebody typed as a number; empty when it is none, or when its letter does not fit."""
    found = _WRITTEN.fullmatch(text.strip())
    if found is None:
        return re.sub(r"\D", "", text) if re.fullmatch(r"\s*\d{1,2}\s*", text) else ""
    serial, letter = found[1], found[2]
    return "" if letter and letter.upper() != check_letter(serial) else serial


def well_formed(text: str) -> str | None:
    """The stored number that a fully written one stands for; None when its letter is missing or does not fit."""
    found = _WRITTEN.fullmatch(text.strip())
    if found is None or not found[2] or found[2].upper() != check_letter(found[1]):
        return None
    return f"SO{found[1]}{found[2].upper()}"
