"""The commands about the rules of review: shown, set, and who set what."""

from typing import Annotated, Any

import typer

from desk.premises import now, with_database
from desk.terminal import AsJson, show, table, usage

rules_app = typer.Typer(invoke_without_command=True, help="审核规则：看、改、谁改过")


@rules_app.callback()
def rules(context: typer.Context, as_json: AsJson = False) -> None:
    """现在的审核规则"""
    if context.invoked_subcommand is not None:
        return
    from domain.judging import rulebook
    from domain.rules.rulebook import KINDS

    book = with_database(rulebook)
    rows = [(number, kind, book.setting(kind.code)) for number, kind in enumerate(KINDS, 1)]
    table(
        [
            {
                "number": number,
                "rule": kind.code,
                "on": one.on,
                "value": _text(one.value),
                "unit": kind.unit,
                "version": book.version,
            }
            for number, kind, one in rows
        ],
        as_json,
    )


@rules_app.command("set")
def rules_set(
    number: int,
    value: Annotated[str, typer.Argument(help="数值，或 on、off")],
    as_json: AsJson = False,
) -> None:
    """改一条：只管以后的订单"""
    from domain import rulemaking
    from domain.values import SYSTEM

    given = None if value in ("on", "off") else amount(value)

    async def work() -> dict[str, Any]:
        on = None if given is not None else value == "on"
        change = await rulemaking.try_rule(number, value=given, on=on, by=SYSTEM)
        version = await rulemaking.set_rule(change, by=SYSTEM, now=now())
        return {"rule": change.code, "on": change.now.on, "value": _text(change.now.value), "version": version}

    show(with_database(work), as_json)


@rules_app.command("history")
def rules_history(as_json: AsJson = False) -> None:
    """谁、什么时候、改了什么"""
    from domain import rulemaking

    rows = with_database(lambda: rulemaking.versions(limit=50))
    table(
        [
            {
                "version": one.change.version,
                "rule": one.change.code,
                "was": _text(one.change.was.value) if one.change.was.on else "off",
                "now": _text(one.change.now.value) if one.change.now.on else "off",
                "by": one.by,
                "since": one.since.isoformat(),
                "until": one.until.isoformat() if one.until else None,
            }
            for one in rows
        ],
        as_json,
    )


def amount(text: str) -> Any:
    """The number in an argument; anything else is a mistake in the command."""
    from decimal import Decimal, InvalidOperation

    try:
        found = Decimal(text)
    except InvalidOperation:
        usage(f"不是数：{text} · not a number")
    return found if found.is_finite() else usage(f"不是数：{text} · not a number")


def _text(value: Any) -> str | None:
    if value is None:
        return None
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text
