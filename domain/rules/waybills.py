"""Which carrier a waybill number belongs to, as far as its shape tells; pure.

The shapes are those that carriers publish: a prefix is sure, bare digits only suggest.
"""

import re
import unicodedata

from domain.rules.numbering import well_formed

SURE: tuple[tuple[str, str], ...] = (
    ("顺丰", r"SF\d{12,15}"),
    ("圆通", r"YT\d{12,15}"),
    ("极兔", r"JT\d{13}"),
    ("京东", r"JD[A-Z]{0,2}[0-9A-Z]{11,15}"),
    ("德邦", r"DP[KL]\d{8,14}"),
    ("中通", r"ZTO?\d{12}"),
    ("申通", r"STO\d{10,12}"),
    ("韵达", r"YD\d{13}"),
    ("跨越", r"KY\d{13}"),
    ("安能", r"ANE\d{8,14}"),
    ("EMS", r"[A-Z]{2}\d{9}[A-Z]{2}"),
)
PICK_UP = "自提"
WITHOUT_WAYBILL = frozenset({PICK_UP, "送货", "自送", "专车", "司机"})
SHAPE = re.compile(r"[A-Z0-9]{6,32}")
# A mobile number or a day: digits that people write beside a waybill.
NO_WAYBILL = re.compile(r"1[3-9]\d{9}|20\d{2}[01]\d[0-3]\d")

# Digits alone: carriers' published ranges contradict one another, so that they only suggest, the likeliest first.
LIKELY: tuple[tuple[str, str], ...] = (
    ("中通", r"7[3-8]\d{12}"),
    ("申通", r"77\d{13}"),
    ("韵达", r"[34]\d{14}|[1-4]\d{12}"),
    ("邮政", r"(?:9[5-9]|1[01])\d{11}"),
    ("顺丰", r"\d{12}|\d{15}"),
)

_WEIGHTS = (8, 6, 4, 2, 3, 5, 9, 7)


def normal(waybill: str) -> str:
    """The number as carriers print it: half width, upper case, no spaces."""
    text = unicodedata.normalize("NFKC", waybill).upper()
    return re.sub(r"[\s\-_.,;、。]+", "", text)


def plausible(waybill: str) -> bool:
    """Whether this can be a waybill number at all: no phone number, no day, no order number of ours."""
    ours = len(waybill) < 12 and well_formed(waybill) is not None
    return SHAPE.fullmatch(waybill) is not None and NO_WAYBILL.fullmatch(waybill) is None and not ours


def carrier_of(waybill: str) -> str | None:
    """The carrier whose shape this number surely has; None when the shape does not tell."""
    for carrier, shape in SURE:
        if re.fullmatch(shape, waybill) and (carrier != "EMS" or _postal(waybill)):
            return carrier
    return None


def candidates_of(waybill: str) -> tuple[str, ...]:
    """The carriers that this number may belong to, the likeliest first; the sure one alone when there is one."""
    sure = carrier_of(waybill)
    return (sure,) if sure else tuple(carrier for carrier, shape in LIKELY if re.fullmatch(shape, waybill))


def tail_of(phone: str) -> str:
    """The last four digits by which a carrier knows a number: an extension is left off, unless the number is virtual.

    A shop's virtual number stands before a dash, and the four digits behind it are what the carrier knows.
    """
    text = unicodedata.normalize("NFKC", phone)
    virtual = re.fullmatch(r"\D*1\d{10}\s*[-转]\s*(\d{3,4})\D*", text)
    if virtual is not None and len(virtual[1]) == 4:
        return virtual[1]
    line = re.split(r"转|分机|ext\.?|#|x", text, maxsplit=1, flags=re.IGNORECASE)[0]
    line = re.sub(r"^((?:\+?86[- ]?)?0\d{2,3}[- ]?\d{7,8})-\d{1,6}$", r"\1", line.strip())
    digits = re.sub(r"\D", "", line)
    return digits[-4:] if len(digits) >= 7 else ""


def _postal(waybill: str) -> bool:
    digits = [int(d) for d in waybill[2:10]]
    check = 11 - sum(w * d for w, d in zip(_WEIGHTS, digits, strict=True)) % 11
    return int(waybill[10]) == {10: 0, 11: 5}.get(check, check)
