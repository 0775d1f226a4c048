"""The command line, ``gendan …``: runs the product, fills it, looks into it, and repairs it."""

import asyncio
import json
import sys
import time
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, NoReturn, TypeVar

import typer

T = TypeVar("T")

app = typer.Typer(no_args_is_help=True, add_completion=False, help="跟单 Gendan：公众号里的订单机器人与通知中心")
order_app = typer.Typer(no_args_is_help=True, help="查看订单")
notices_app = typer.Typer(invoke_without_command=True, help="查看通知，重发没送到的")
menu_app = typer.Typer(no_args_is_help=True, help="公众号菜单")
templates_app = typer.Typer(no_args_is_help=True, help="模板消息")
config_app = typer.Typer(no_args_is_help=True, help="设置")
for name, part in {
    "order": order_app,
    "notices": notices_app,
    "menu": menu_app,
    "templates": templates_app,
    "config": config_app,
}.items():
    app.add_typer(part, name=name)

AsJson = Annotated[bool, typer.Option("--json", help="以 JSON 输出")]


class Kind(StrEnum):
    """What an import file holds."""

    PRODUCTS = "products"
    CUSTOMERS = "customers"
    STAFF = "staff"
    STOCK = "stock"


def main() -> None:
    """Run one command; exit 0 done, 1 refused, 2 usage."""
    app()


@app.command()
def serve() -> None:
    """启动服务（按设置运行，不含模拟器）"""
    settings = _settings()
    import logbook
    import server

    logbook.set_up(settings.log_level, settings.log_format)
    if not settings.accounts:
        _refuse("没有公众号：请设置 GENDAN_ACCOUNTS__MAIN__APPID 等 · no account: set GENDAN_ACCOUNTS__MAIN__APPID …")
    _guarded(lambda: server.run(settings))


@app.command()
def demo(
    port: Annotated[int, typer.Option(help="手机页面的端口")] = 8090,
    folder: Annotated[Path, typer.Option(help="演示数据放在哪里")] = Path("var/demo"),
) -> None:
    """启动演示：一家小店、模拟的微信和一排手机"""
    import demo as rehearsal
    import logbook

    logbook.set_up("WARNING")
    _guarded(lambda: asyncio.run(rehearsal.run(folder, port)))


@app.command()
def migrate() -> None:
    """建立或升级数据库"""
    from domain.database import migrate as bring_up

    _guarded(lambda: asyncio.run(bring_up(_settings().database_url)))
    typer.echo("数据库已是最新 · database is current")


@app.command("import")
def import_(
    kind: Kind,
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True)],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="只检查，不写入")] = False,
    as_json: AsJson = False,
) -> None:
    """导入 JSON 文件：全部写入或全部不写，坏行逐条说明"""
    from domain import importing

    try:
        document = json.loads(file.read_text("utf-8"))
    except ValueError as error:
        _refuse(f"{file} 不是 JSON · not JSON: {error}")
    work = getattr(importing, f"import_{kind.value}")
    done = _with_database(lambda: work(document, now=_now(), dry_run=dry_run))
    _show({"created": done.created, "updated": done.updated, "dry_run": dry_run}, as_json)


@app.command()
def invite(
    customer: Annotated[str, typer.Option(help="客户编号")] = "",
    name: Annotated[str, typer.Option(help="联系人姓名")] = "",
    role: Annotated[str, typer.Option("--as", help="buyer|receiver|finance_contact|boss")] = "buyer",
    staff: Annotated[str, typer.Option(help="员工编号")] = "",
    as_json: AsJson = False,
) -> None:
    """发一个一次性绑定码：请对方在公众号里发「绑定 绑定码」"""
    from domain import joining
    from domain.values import CUSTOMER_ROLES, SYSTEM, Role

    if bool(staff) == bool(customer):
        _usage("--staff 或 --customer 给一个 · give either --staff or --customer")
    if customer and (not name or role not in CUSTOMER_ROLES):
        _usage("--name 要有，--as 为 buyer、receiver、finance_contact 或 boss")

    async def work() -> joining.Issued:
        if staff:
            return await joining.invite_staff(staff, by=SYSTEM, now=_now())
        return await joining.invite_contact(customer, name, Role(role), by=SYSTEM, now=_now())

    issued = _with_database(work)
    _show({"code": issued.code, "expires_at": issued.expires_at.astimezone(UTC).isoformat()}, as_json)


@order_app.command("show")
def order_show(number: str, as_json: AsJson = False) -> None:
    """一张订单的全部"""
    from domain.orderform import order_json
    from domain.queries import find_order, order_view
    from domain.values import STAFF_ROLES, Actor

    async def work() -> dict[str, Any]:
        everything = Actor("cli", STAFF_ROLES, staff=0)
        return order_json(await order_view(await find_order(number, everything)))

    _show(_with_database(work), as_json)


@order_app.command("list")
def order_list(
    customer: Annotated[str, typer.Option(help="客户编号")] = "",
    state: Annotated[str, typer.Option(help="订单状态")] = "",
    as_json: AsJson = False,
) -> None:
    """订单列表，新的在前"""
    from domain.listing import all_orders

    rows = _with_database(lambda: all_orders(customer=customer or None, state=state or None))
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
    _table(shown, as_json)


@app.command()
def understand(
    catalog: Annotated[Path | None, typer.Option(exists=True, help="商品目录文件；不给则用数据库")] = None,
    explain: Annotated[bool, typer.Option("--explain", help="同时给出用到的规则")] = False,
) -> None:
    """读 JSON 行（标准输入），写出听懂的指令"""
    from bot.grammar.jsonform import lexicon_from_catalog, understand_rows

    if catalog is not None:
        lexicon = lexicon_from_catalog(json.loads(catalog.read_text("utf-8")))
    else:
        from bot.vocabulary import shop_lexicon

        lexicon = _with_database(shop_lexicon)
    for row in understand_rows(sys.stdin, lexicon, explain=explain):
        sys.stdout.write(json.dumps(row, ensure_ascii=False) + "\n")
        sys.stdout.flush()


@notices_app.callback()
def notices(
    context: typer.Context,
    state: Annotated[str, typer.Option(help="due|sending|failed|held|sent|delivered|unsure|given_up")] = "",
    as_json: AsJson = False,
) -> None:
    """最近的通知：到哪一步，为什么"""
    if context.invoked_subcommand is not None:
        return
    from notify.listing import deliveries
    from notify.models import DeliveryState

    if state and state not in set(DeliveryState):
        _usage(f"没有状态 {state}，可用：{'|'.join(DeliveryState)}")
    rows = _with_database(lambda: deliveries(state or None))
    _table(
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


@notices_app.command("retry")
def notices_retry(number: int) -> None:
    """再发一次没有送到的通知"""
    from notify.listing import retry_delivery

    if not _with_database(lambda: retry_delivery(number, now=_now())):
        _refuse(f"通知 {number} 不存在或不需要重发 · nothing to retry")
    typer.echo("已放回待发 · due again")


@menu_app.command("push")
def menu_push() -> None:
    """把菜单写到每个公众号"""
    from templates import menu

    for account in _each_account(lambda client: client.create_menu(menu())):
        typer.echo(f"{account}：菜单已更新 · menu set")


@templates_app.command("check")
def templates_check() -> None:
    """用边界数据检查每个通知能否放进账号的模板"""
    from notify.fitting import misfits

    problems = []
    settings = _settings()
    found = _each_account(lambda client: client.templates())
    for account, private in found.items():
        problems += [f"{account}：{text}" for text in misfits(settings.accounts[account].templates, private)]
    if problems:
        _refuse("\n".join(problems))
    typer.echo("全部通知都放得下 · every notice fits")


@config_app.command("show")
def config_show(as_json: AsJson = False) -> None:
    """当前设置，密钥已遮盖"""
    settings = _settings()
    given = settings.model_fields_set
    values = settings.model_dump(mode="json")
    _table(
        [
            {
                "setting": f"GENDAN_{name.upper()}",
                "value": values[name],
                "source": "set" if name in given else "default",
            }
            for name in values
        ],
        as_json,
    )


@app.command()
def doctor() -> None:
    """检查设置、数据库、微信接口，每项给出解决办法"""
    from checkup import examine

    findings = _guarded(lambda: asyncio.run(examine(_settings())))
    for finding in findings:
        typer.echo(f"{'✓' if finding.ok else '✗'} {finding.what}  {finding.words}")
    if not all(finding.ok for finding in findings):
        raise typer.Exit(1)


@app.command()
def backup(file: Path) -> None:
    """在线备份数据库到一个文件，并校验"""
    from domain.safekeeping import back_up

    report = _guarded(lambda: back_up(_settings().database_url, file))
    typer.echo(f"已备份到 {file}（{report}）")


@app.command()
def restore(file: Annotated[Path, typer.Argument(exists=True)]) -> None:
    """从备份恢复到设置所指的数据库；已有数据时拒绝"""
    from domain.safekeeping import put_back

    report = _guarded(lambda: put_back(file, _settings().database_url))
    typer.echo(f"已恢复（{report}）")


@app.command()
def version() -> None:
    """版本"""
    from server import product_version

    typer.echo(product_version())


def _settings() -> Any:
    from settings import read_settings

    return read_settings()


def _now() -> datetime:
    return datetime.fromtimestamp(time.time(), UTC)


def _with_database(work: Callable[[], Coroutine[Any, Any, T]]) -> T:
    from domain.database import close_database, open_database
    from domain.policy import Policy, set_policy

    settings = _settings()
    set_policy(Policy(zone=settings.zone))

    async def run() -> T:
        await open_database(settings.database_url)
        try:
            return await work()
        finally:
            await close_database()

    return _guarded(lambda: asyncio.run(run()))


def _each_account(work: Callable[[Any], Coroutine[Any, Any, T]]) -> dict[str, T]:
    import aiohttp

    from connect.wechat.client import MemoryShelf, WeChat

    settings = _settings()

    async def run() -> dict[str, T]:
        async with aiohttp.ClientSession() as session:
            found = {}
            for name, account in settings.accounts.items():
                secret = account.secret.get_secret_value()
                shelf = MemoryShelf()
                client = WeChat(
                    session,
                    appid=account.appid,
                    secret=secret,
                    api_url=settings.wechat_api_url,
                    shelf=shelf,
                    clock=_now,
                )
                found[name] = await work(client)
            return found

    return _guarded(lambda: asyncio.run(run()))


def _guarded(work: Callable[[], T]) -> T:
    """Run something whose refusals are to be read by a person: one clear line instead of a traceback."""
    from tortoise.exceptions import OperationalError

    from domain.database import SqliteInUse
    from domain.errors import DeliveryFailed, Refusal
    from domain.safekeeping import BackupRefused
    from templates import refusal

    try:
        return work()
    except Refusal as no:
        _refuse(refusal(no))
    except SqliteInUse as taken:
        _refuse(
            f"{taken} 正被另一个进程使用；SQLite 只供一个进程，多个进程请用 PostgreSQL（GENDAN_DATABASE_URL=postgres://…）\n"
            f"{taken} is in use: SQLite serves one process, use PostgreSQL for more"
        )
    except BackupRefused as no:
        _refuse(str(no))
    except DeliveryFailed as failed:
        _refuse(f"微信接口没有接受：{failed} · the WeChat API refused")
    except OperationalError as error:
        _refuse(f"数据库不可用或未建立（先运行 gendan migrate）· database: {str(error).splitlines()[0]}")


def _show(fields: dict[str, Any], as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps(fields, ensure_ascii=False))
        return
    for name, value in fields.items():
        typer.echo(f"{name}: {json.dumps(value, ensure_ascii=False) if isinstance(value, list | dict) else value}")


def _table(rows: list[dict[str, Any]], as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps(rows, ensure_ascii=False))
        return
    from rich.console import Console
    from rich.table import Table

    table = Table()
    for name in rows[0] if rows else ("—",):
        table.add_column(name)
    for row in rows:
        table.add_row(*("" if value is None else str(value) for value in row.values()))
    Console().print(table)


def _refuse(text: str) -> NoReturn:
    typer.echo(text, err=True)
    raise typer.Exit(1)


def _usage(text: str) -> NoReturn:
    typer.echo(text, err=True)
    raise typer.Exit(2)


if __name__ == "__main__":
    main()
