"""Commands of the conversation itself: answers, yes and no, a way back, help, and who is talking."""

from dataclasses import dataclass

from domain.commands.parts import NO_DETAILS, Command, Details, Wanted


@dataclass(frozen=True, slots=True, kw_only=True)
class ProvideInfo(Command):
    """provide_info: an answer to the question asked last."""

    lines: tuple[Wanted, ...] = ()
    sku: str | None = None
    customer: str | None = None
    customer_candidates: tuple[str, ...] = ()
    unit: str | None = None
    order_no: str | None = None
    option: int | None = None
    details: Details = NO_DETAILS


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirm(Command):
    """confirm (确认): yes to the question asked last."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Deny(Command):
    """deny (不): no, or not yet, to the question asked last."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GoBack(Command):
    """返回: leave the present question; the draft stays."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HandOff(Command):
    """handoff (转人工): topic after_sales, finance or human."""

    topic: str = "human"


@dataclass(frozen=True, slots=True, kw_only=True)
class Help(Command):
    """help (帮助)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SmallTalk(Command):
    """smalltalk: greeting, thanks, nothing to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NotUnderstood(Command):
    """unknown: nothing that the grammar may act upon; ``order_no`` when it is but digits, as an order may have."""

    order_no: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Bind(Command):
    """绑定 CODE: tie this WeChat identity to a contact or a member of staff."""

    code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Unbind(Command):
    """解绑: forget who this WeChat identity is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Media(Command):
    """A picture, voice, video, place or sticker that carries no words; ``kind`` is the platform's message type.

    ``medium`` is the number under which the platform keeps what was sent, for three days.
    """

    kind: str
    medium: str = ""
