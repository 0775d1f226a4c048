"""Announcements by chat: written, previewed with a count, sent by a yes, read again; and what waits for me."""

from dataclasses import replace

from bot.dialogue import Question
from bot.replies import say
from bot.router import BOUND, Answered, Ask, Router
from domain import announcing, todo
from domain.officecommands import Announce, ListAnnouncements, ListTodos
from domain.rules.rights import HIRING, WORKING
from notify.alerts import acting


def register(router: Router) -> None:
    """What this room answers."""
    router.on(Announce, roles=HIRING)(write)
    router.on(ListAnnouncements, roles=BOUND)(listed)
    router.on(ListTodos, roles=WORKING)(todos)


async def write(ask: Ask) -> Answered:
    """公告 仓库: 明天盘点: how it looks and how many get it; nothing is sent before the yes."""
    command = ask.given(Announce)
    if not command.audience or not command.text:
        return say("announce_how")
    return await _preview(ask, command.audience, command.text)


async def send(ask: Ask) -> Answered:
    """The yes to a preview: sent once; a yes that is older than the preview brings it again."""
    question = ask.talk.question
    assert question is not None
    text, key = question.options
    audience = question.subject or ""
    if question.heard_at is None or ask.heard_at < question.heard_at:
        return await _preview(ask, audience, text)
    sent = await announcing.announce(audience, text, key, by=ask.actor, now=ask.now)
    return say("announced", replace(ask.talk, question=None), sent=sent, who=_named(ask, audience))


async def drop(ask: Ask) -> Answered:
    """The no to a preview."""
    return say("announce_dropped", replace(ask.talk, question=None))


async def listed(ask: Ask) -> Answered:
    """公告: the newest for me."""
    rows = await announcing.recent(ask.actor, now=ask.now)
    return say("announcements", rows=rows, may_write=bool(ask.actor.roles & HIRING))


async def todos(ask: Ask) -> Answered:
    """待办: everything that waits for me, and the word that opens each kind."""
    tasks = await todo.tasks(ask.actor, now=ask.now)
    alerts = await acting.open_count(ask.actor)
    return say("todos", tasks=[*tasks, *([todo.Task("alert", alerts)] if alerts else [])])


async def _preview(ask: Ask, audience: str, text: str) -> Answered:
    count = await announcing.preview(audience, text, by=ask.actor)
    question = Question("confirm_announce", (text, ask.key), subject=audience, heard_at=ask.heard_at)
    return say(
        "announce_preview", replace(ask.talk, question=question), who=_named(ask, audience), count=count, text=text
    )


def _named(ask: Ask, audience: str) -> str:
    """A customer's name; other audiences have words of their own."""
    code = audience.removeprefix(announcing.ONE)
    return ask.name_of(code) if code != audience else audience
