"""Our own phrases about one subject as a table: a pattern for the whole message, and what makes a command of it."""

import re
from collections.abc import Callable

from bot.grammar.scene import Scene
from domain.commands import Command

Make = Callable[[Scene, re.Match[str]], Command | None]
Sayings = tuple[tuple[re.Pattern[str], Make], ...]


def first_made(scene: Scene, sayings: Sayings) -> Command | None:
    """The command of the first pattern that the whole message fits, passing over those that make nothing of it."""
    for pattern, make in sayings:
        match = pattern.fullmatch(scene.text)
        found = make(scene, match) if match else None
        if found is not None:
            return found
    return None
