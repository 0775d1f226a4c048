"""Words that come with master data: what means several things, how units are spelt, which fit any product."""

from collections.abc import Mapping
from typing import Any

from domain.models import GenericTerm, UnitSynonym


async def write_terms(kind: str, terms: Mapping[str, Any]) -> None:
    """Words that mean several products or customers."""
    for term, members in terms.items():
        await GenericTerm.update_or_create(kind=kind, term=term, defaults={"members": list(members)})


async def write_units(synonyms: Mapping[str, Any], generic: Mapping[str, Any]) -> None:
    """Other spellings of units, and units that convert into others for any product."""
    for unit in {*synonyms, *generic}:
        about = generic.get(unit) or {}
        factor = about.get("factor")
        defaults = {
            "spellings": list(synonyms.get(unit) or ()),
            "factor": None if factor is None else str(factor),
            "of": about.get("of"),
        }
        await UnitSynonym.update_or_create(unit=unit, defaults=defaults)
