"""The command line, ``gendan …``: runs the product, fills it, looks into it, and repairs it."""

import io
import json
import sys
from dataclasses import asdict
from datetime import UTC
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

import logbook
from desk.inspection import PARTS
from desk.premises import NO_ACCOUNT, document, now, with_database
from desk.terminal import AsJson, answered, guarded, refuse, show, table, usage
from settings import read_settings

app = typer.Typer(no_args_is_help=True, add_completion=False, help="跟单 Gendan：公众号里的订单机器人与通知中心")
for name, part in PARTS.items():
    app.add_typer(part, name=name)


class Kind(StrEnum):
    """What an import file holds."""

    PRODUCTS = "products"
    CUSTOMERS = "customers"
    STAFF = "staff"
    STOCK = "stock"


def main() -> None:
    """Run one command; exit 0 done, 1 refused, 2 usage."""
    app()


@app.callback()
def _quietly() -> None:
    # A command says what it has to say itself; what the rooms log would stand between the lines of its answer.
    logbook.set_up("ERROR")


@app.command()
def serve() -> None:
    """启动服务（按设置运行，不含模拟器）"""
    settings = read_settings()
    import server

    logbook.set_up(settings.log_level, settings.log_format)
    if not settings.accounts:
        refuse(NO_ACCOUNT)
    guarded(lambda: server.run(settings))


@app.command()
def demo(
    port: Annotated[int, typer.Option(help="手机页面的端口")] = 8090,
    folder: Annotated[Path, typer.Option(help="演示数据放在哪里")] = Path("var/demo"),
) -> None:
    """启动演示：一家小店、模拟的微信和一排手机"""
    import demo as rehearsal

    logbook.set_up("WARNING")
    answered(lambda: rehearsal.run(folder, port))


@app.command()
def migrate() -> None:
    """建立或升级数据库；升级前先备份 SQLite 文件"""
    from domain.database import migrate as bring_up
    from domain.safekeeping import copy_before_upgrade

    url = read_settings().database_url
    copy = guarded(lambda: copy_before_upgrade(url, now()))
    if copy is not None:
        typer.echo(f"升级前已备份到 {copy} · backed up before the upgrade")
    answered(lambda: bring_up(url))
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

    found = document(file)
    work = getattr(importing, f"import_{kind.value}")
    done = with_database(lambda: work(found, now=now(), dry_run=dry_run))
    show({"created": done.created, "updated": done.updated, "dry_run": dry_run}, as_json)


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
        usage("--staff 或 --customer 给一个 · give either --staff or --customer")
    if customer and (not name or role not in CUSTOMER_ROLES):
        usage("--name 要有，--as 为 buyer、receiver、finance_contact 或 boss")

    async def work() -> joining.Issued:
        if staff:
            return await joining.invite_staff(staff, by=SYSTEM, now=now())
        return await joining.invite_contact(customer, name, Role(role), by=SYSTEM, now=now())

    issued = with_database(work)
    show({"code": issued.code, "expires_at": issued.expires_at.astimezone(UTC).isoformat()}, as_json)


@app.command()
def understand(
    catalog: Annotated[Path | None, typer.Option(exists=True, help="商品目录文件；不给则用数据库")] = None,
    explain: Annotated[bool, typer.Option("--explain", help="同时给出用到的规则")] = False,
) -> None:
    """读 JSON 行（标准输入），写出听懂的指令"""
    from bot.grammar.jsonform import lexicon_from_catalog, understand_rows

    if catalog is not None:
        lexicon = lexicon_from_catalog(document(catalog))
    else:
        from bot.vocabulary import shop_lexicon

        lexicon = with_database(shop_lexicon)
    today = now().astimezone(read_settings().zone)
    bad = 0
    for line in io.TextIOWrapper(sys.stdin.buffer, "utf-8", errors="replace"):
        try:
            rows = list(understand_rows([line], lexicon, explain=explain, now=today))
        except (ValueError, AttributeError, TypeError) as error:
            bad += 1
            rows = [{"id": None, "commands": [], "error": f"not a message: {error}"}]
        for row in rows:
            sys.stdout.buffer.write(json.dumps(row, ensure_ascii=False).encode("utf-8", "replace") + b"\n")
        sys.stdout.buffer.flush()
    if bad:
        refuse(f"{bad} 行读不懂格式 · {bad} lines are not messages")


@app.command()
def doctor(as_json: AsJson = False) -> None:
    """检查设置、数据库、微信接口，每项给出解决办法"""
    from desk.checkup import examine

    settings = read_settings()
    findings = answered(lambda: examine(settings))
    if as_json:
        table([asdict(finding) for finding in findings], as_json)
    else:
        for finding in findings:
            typer.echo(f"{'✓' if finding.ok else '✗'} {finding.what}  {finding.words}")
    if not all(finding.ok for finding in findings):
        raise typer.Exit(1)


@app.command()
def backup(file: Path) -> None:
    """在线备份数据库到一个文件，并校验"""
    from domain.safekeeping import back_up

    report = guarded(lambda: back_up(read_settings().database_url, file))
    typer.echo(f"已备份到 {file}（{report}）")


@app.command()
def restore(file: Annotated[Path, typer.Argument(exists=True)]) -> None:
    """从备份恢复到设置所指的数据库；已有数据时拒绝"""
    from domain.safekeeping import put_back

    report = guarded(lambda: put_back(file, read_settings().database_url))
    typer.echo(f"已恢复（{report}）")


@app.command()
def version(as_json: AsJson = False) -> None:
    """版本"""
    from release import product_version

    if as_json:
        show({"version": product_version()}, as_json)
    else:
        typer.echo(product_version())


if __name__ == "__main__":
    main()
