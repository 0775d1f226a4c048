"""The days of a report as bars (柱状图): a picture where Pillow and a Chinese font are there, else lines of text."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from templates import render

if TYPE_CHECKING:
    from PIL.ImageDraw import ImageDraw
    from PIL.ImageFont import FreeTypeFont

FONTS: Mapping[str, int] = {
    "/usr/share/fonts/truetype/wqy/wqy-microhei.ttc": 0,
    "/usr/share/fonts/wqy-microhei/wqy-microhei.ttc": 0,
    "/usr/share/fonts/truetype/wqy/wqy-zenhei.ttc": 0,
    "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc": 2,
    "/usr/share/fonts/noto-cjk/NotoSansCJK-Regular.ttc": 2,
    "/usr/share/fonts/google-noto-sans-cjk-fonts/NotoSansCJK-Regular.ttc": 2,
    "/usr/share/fonts/google-noto-cjk/NotoSansCJK-Regular.ttc": 2,
}
"""Where the distributions put Chinese fonts, and which face of the file is the simplified one."""
LONGEST = 10
"""Blocks of the longest bar of text."""
WIDE, HIGH, EDGE = 750, 480, 30
TOP, BOTTOM = 130, 400
INK, FAINT, COLOUR, TODAY = "#1f2933", "#6b7785", "#8fb8e8", "#1f6fd0"


@dataclass(frozen=True, slots=True)
class Bar:
    """One day: its name, its figure in words, and its length between 0 and 1."""

    name: str
    figure: str
    share: float


@dataclass(frozen=True, slots=True)
class Bars:
    """What a chart shows; the last bar is that of the day on which it is told."""

    title: str
    bars: tuple[Bar, ...]


def bars_of(days: Sequence[Mapping[str, Any]]) -> Bars:
    """The chart of these days, each with ``day`` and ``worth``."""
    title, *lines = render("chart", days=days).splitlines()
    most = max((Decimal(one["worth"]) for one in days), default=Decimal(0))
    shares = [float(Decimal(one["worth"]) / most) if most else 0.0 for one in days]
    parted = [line.partition("|") for line in lines]
    return Bars(title, tuple(Bar(name, said, share) for (name, _, said), share in zip(parted, shares, strict=True)))


def as_text(chart: Bars) -> str:
    """The chart in lines of blocks."""
    lines = [f"{one.name} {'▇' * round(one.share * LONGEST)} {one.figure}".replace("  ", " ") for one in chart.bars]
    return "\n".join([chart.title, *lines])


def can_draw() -> bool:
    """Whether Pillow is installed; it is loaded by the first picture only."""
    return find_spec("PIL") is not None


def font_here(fonts: Mapping[str, int] = FONTS) -> tuple[str, int] | None:
    """The Chinese font of this machine, if it has one."""
    return next(((place, face) for place, face in fonts.items() if Path(place).is_file()), None)


def picture(chart: Bars, fonts: Mapping[str, int] = FONTS) -> bytes | None:
    """The chart as a PNG that is read at the width of a phone; None where nothing can be drawn. Takes its time."""
    if not can_draw() or font_here(fonts) is None:
        return None
    from PIL import Image, ImageDraw

    canvas = Image.new("RGB", (WIDE, HIGH), "white")
    _paint(ImageDraw.Draw(canvas), chart)
    out = BytesIO()
    canvas.save(out, "PNG", optimize=True)
    return out.getvalue()


def _paint(draw: "ImageDraw", chart: Bars) -> None:
    draw.text((EDGE, 24), chart.title, font=_font(36), fill=INK)
    draw.line((EDGE, BOTTOM, WIDE - EDGE, BOTTOM), fill=FAINT, width=2)
    step = (WIDE - 2 * EDGE) / max(len(chart.bars), 1)
    for number, bar in enumerate(chart.bars):
        middle = EDGE + step * (number + 0.5)
        last = number == len(chart.bars) - 1
        top = BOTTOM - bar.share * (BOTTOM - TOP)
        draw.rectangle((middle - step * 0.3, top, middle + step * 0.3, BOTTOM), fill=TODAY if last else COLOUR)
        draw.text((middle, top - 8), bar.figure, font=_font(22), fill=INK, anchor="ms")
        for line, word in enumerate(bar.name.split(" ")):
            draw.text((middle, BOTTOM + 32 + 30 * line), word, font=_font(24), fill=INK if last else FAINT, anchor="ms")


@cache
def _font(size: int) -> "FreeTypeFont":
    from PIL import ImageFont

    found = font_here()
    assert found is not None
    return ImageFont.truetype(found[0], size, index=found[1])
