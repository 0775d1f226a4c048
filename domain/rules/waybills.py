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


def _postal(waybill: str) -> bool:
    digits = [int(d) for d in waybill[2:10]]
    check = 11 - sum(w * d for w, d in zip(_WEIGHTS, digits, strict=True)) % 11
    return int(waybill[10]) == {10: 0, 11: 5}.get(check, check)
