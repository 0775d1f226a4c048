"""The commands that look into a shop: its orders, notices, menu, templates and settings."""

from typing import Annotated, Any

import typer

from accounts import AccountSettings
from desk.channels import channels_app
from desk.premises import each_account, now, with_database
from desk.rules import rules_app
from desk.terminal import AsJson, refuse, show, table, usage
from settings import read_settings

order_app = typer.Typer(no_args_is_help=True, help="查看订单")
notices_app = typer.Typer(invoke_without_command=True, help="查看通知，重发没送到的")
menu_app = typer.Typer(no_args_is_help=True, help="公众号菜单")
templates_app = typer.Typer(no_args_is_help=True, help="模板消息")
config_app = typer.Typer(no_args_is_help=True, help="设置")
PARTS = {
    "order": order_app,
    "notices": notices_app,
    "menu": menu_app,
    "templates": templates_app,
    "config": config_app,
    "channels": channels_app,
    "review-rules": rules_app,
}


@order_app.command("show")
def order_show(number: str, as_json: AsJson = False) -> None:
    """一张订单的全部"""
    from domain.orderform import order_json
    from domain.queries import find_order, order_view
    from domain.values import STAFF_ROLES, Actor

    async def work() -> dict[str, Any]:
        everything = Actor("cli", STAFF_ROLES, staff=0)
        return order_json(await order_view(await find_order(number, everything)))

    show(with_database(work), as_json)


@order_app.command("list")
def order_list(
    customer: Annotated[str, typer.Option(help="客户编号")] = "",
    state: Annotated[str, typer.Option(help="订单状态")] = "",
    as_json: AsJson = False,
) -> None:
    """订单列表，新的在前"""
    from domain.listing import all_orders

    rows = with_database(lambda: all_orders(customer=customer or None, state=state or None))
    shown = [
        {
            "number": row.number,
            "customer": row.customer,
            "state": row.state.value,
            "goods": row.goods,
            "total": format(row.total, "f"),
            "promised_date": row.promised.isoformat() if row.promised else None,
        }
        for row in rows
    ]
    table(shown, as_json)


@notices_app.callback()
def notices(
    context: typer.Context,
    state: Annotated[str, typer.Option(help="due|sending|failed|held|sent|delivered|shown|unsure|given_up")] = "",
    as_json: AsJson = False,
) -> None:
    """最近的通知：到哪一步，为什么"""
    if context.invoked_subcommand is not None:
        return
    from notify.listing import deliveries
    from notify.models import DeliveryState

    if state and state not in set(DeliveryState):
        usage(f"没有状态 {state}，可用：{'|'.join(DeliveryState)}")
    rows = with_database(lambda: deliveries(state or None))
    table(
        [
            {
                "id": row.id,
                "notice": row.notice,
                "order": row.order,
                "state": row.state.value,
                "channel": row.channel,
                "attempts": row.attempts,
                "code": row.code,
                "why": row.why,
                "created_at": row.created_at.isoformat(),
            }
            for row in rows
        ],
        as_json,
    )


@notices_app.command("show")
def notices_show(number: int, as_json: AsJson = False) -> None:
    """一条通知的经过：为什么发、每次怎样、到哪一步"""
    from notify.listing import life_of

    moments = with_database(lambda: life_of(number))
    if not moments:
        refuse(f"没有通知 {number} · no such notice")
    rows = [{"at": one.at.isoformat(), "what": one.what, "channel": one.channel, "why": one.why} for one in moments]
    table(rows, as_json)


@notices_app.command("retry")
def notices_retry(number: int) -> None:
    """再发一次没有送到的通知"""
    from notify.listing import retry_delivery

    if not with_database(lambda: retry_delivery(number, now=now())):
        refuse(f"通知 {number} 不存在或不需要重发 · nothing to retry")
    typer.echo("已放回待发 · due again")


@menu_app.command("push")
def menu_push() -> None:
    """把菜单写到每个公众号"""
    from templates import menu

    for account in each_account(lambda client: client.create_menu(menu())):
        typer.echo(f"{account}：菜单已更新 · menu set")


@templates_app.command("check")
def templates_check() -> None:
    """用边界数据检查每个通知能否放进账号的模板"""
    problems = []
    settings = read_settings()
    found = each_account(lambda client: client.templates())
    for account, private in found.items():
        problems += [f"{account}：{text}" for text in _misfits_at(settings.accounts[account], private)]
    if problems:
        refuse("\n".join(problems))
    typer.echo("全部通知都放得下 · every notice fits")


def _misfits_at(account: AccountSettings, private: list[dict[str, Any]]) -> list[str]:
    from notify.fitting import misfits

    return misfits(account.templates, private, account.fields)


@templates_app.command("list")
def templates_list(as_json: AsJson = False) -> None:
    """账号里的模板：编号、字段、类型，每个字段会填什么"""
    from notify.fitting import told_by

    settings, rows = read_settings(), []
    for account, private in each_account(lambda client: client.templates()).items():
        one = settings.accounts[account]
        rows += [{"account": account, **row} for row in told_by(one.templates, private, one.fields)]
    table(rows, as_json)


@config_app.command("show")
def config_show(as_json: AsJson = False) -> None:
    """当前设置和出处，密钥已遮盖"""
    from desk.provenance import origins, unread

    rows = origins(read_settings())
    table([{"setting": row.name, "value": row.value, "source": row.source} for row in rows], as_json)
    for name in unread():
        typer.echo(f"{name} 不是设置，写错了？· is not a setting", err=True)
