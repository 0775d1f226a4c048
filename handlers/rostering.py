"""Leave and duty by chat: taken, ended, given, listed."""

from dataclasses import replace

from bot.dialogue import Question
from bot.replies import say
from bot.router import Answered, Ask, Router
from domain import attendance, rostering
from domain.officecommands import AskHandover, ClearDuty, EndLeave, ListLeave, SetDuty, ShowDuty, TakeLeave
from domain.policy import shop_day
from domain.rules.rights import HIRING, WORKING
from notify.handover import open_things


def register(router: Router) -> None:
    """What this room answers."""
    router.on(TakeLeave, roles=WORKING)(take_leave)
    router.on(EndLeave, roles=WORKING)(end_leave)
    router.on(ListLeave, roles=WORKING)(who_is_away)
    router.on(ShowDuty, roles=WORKING)(who_is_on_duty)
    router.on(AskHandover, roles=WORKING)(handover)
    router.on(SetDuty, roles=HIRING)(set_duty)
    router.on(ClearDuty, roles=HIRING)(clear_duty)


async def take_leave(ask: Ask) -> Answered:
    """请假 明天到周五; without a day we ask for it."""
    command, question = ask.given(TakeLeave), ask.talk.question
    asked = question if question is not None and question.kind == "ask_leave" else None
    who = command.who or (asked.subject if asked is not None else None)
    if command.first is None or command.last is None:
        return say("ask_leave", replace(ask.talk, question=Question("ask_leave", subject=who)), who=who)
    kept = await rostering.take_leave(
        command.first,
        command.last,
        command.part or "",
        who=who,
        reason=command.reason or "",
        by=ask.actor,
        now=ask.now,
        cause=ask.key,
    )
    return say("leave_taken", replace(ask.talk, question=None) if asked else None, kept=kept)


async def end_leave(ask: Ask) -> Answered:
    """销假 [明天]."""
    command = ask.given(EndLeave)
    kept = await rostering.end_leave(
        who=command.who, day=command.day, by=ask.actor, now=ask.now, cause=ask.key, heard_at=ask.heard_at
    )
    return say("leave_ended", kept=kept)


async def who_is_away(ask: Ask) -> Answered:
    """谁请假."""
    command = ask.given(ListLeave)
    since = command.day or shop_day(ask.now)
    rows = await attendance.away(since=since, staff=ask.actor.staff if command.mine else None)
    shown = [row for row in rows if row.first <= since] if command.day is not None else rows
    return say("leaves", rows=shown, day=command.day, mine=command.mine)


async def who_is_on_duty(ask: Ask) -> Answered:
    """今天谁值班."""
    command = ask.given(ShowDuty)
    found = await attendance.board(command.day or shop_day(ask.now), command.team, now=ask.now)
    return say("duty", board=found, team=command.team)


async def handover(ask: Ask) -> Answered:
    """交班: what who takes over must know."""
    return say("handover", **await open_things(ask.actor, now=ask.now))


async def set_duty(ask: Ask) -> Answered:
    """排班 阿强 周六 8点到20点."""
    command = ask.given(SetDuty)
    if command.who is None or command.first is None or command.last is None:
        return say("duty_how")
    hours = (command.start, command.end) if command.start is not None and command.end is not None else None
    kept = await rostering.set_duty(
        command.who,
        command.first,
        command.last,
        hours,
        by=ask.actor,
        now=ask.now,
        cause=ask.key,
        heard_at=ask.heard_at,
    )
    return say("duty_set", kept=kept)


async def clear_duty(ask: Ask) -> Answered:
    """取消排班 阿强 周六."""
    command = ask.given(ClearDuty)
    if command.who is None or command.first is None or command.last is None:
        return say("duty_how")
    kept = await rostering.clear_duty(command.who, command.first, command.last, by=ask.actor, now=ask.now)
    return say("duty_cleared", kept=kept)
