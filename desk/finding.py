"""One thing that the doctor looked at: how it is, and what to do about it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """``ok`` is None where there was nothing to look at; ``words`` say how it is, ``fix`` what to do."""

    what: str
    ok: bool | None
    words: str
    fix: str = ""

    @property
    def line(self) -> str:
        """The finding for people."""
        sign = {True: "✓", False: "✗", None: "–"}[self.ok]
        return f"{sign} {self.what}  {self.words}" + (f"\n    → {self.fix}" if self.fix else "")


def well(what: str, words: str) -> Finding:
    """It is as it should be."""
    return Finding(what, True, words)


def bad(what: str, words: str, fix: str) -> Finding:
    """It has to be mended."""
    return Finding(what, False, words, fix)


def unseen(what: str, words: str) -> Finding:
    """It could not be looked at, or is not in use."""
    return Finding(what, None, words)
