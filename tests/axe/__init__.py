"""axe-core 4.14.1 as npm has it (MPL 2.0, its licence beside it), so that pages are looked at without a network."""

from pathlib import Path
from typing import Any

SOURCE = Path(__file__).parent / "axe.min.js"
GRAVE = ("serious", "critical")


async def grave_faults(page: Any) -> list[str]:
    """What axe finds seriously wrong with a page of Chromium as it stands, one line each."""
    await page.evaluate(SOURCE.read_text("utf-8"))
    found = await page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return [
        f"{one['impact']} {one['id']}: {node['html']} {node['failureSummary']}"
        for one in found["violations"]
        if one["impact"] in GRAVE
        for node in one["nodes"]
    ]
