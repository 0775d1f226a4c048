"""What the command line says: results as tables or JSON, and every refusal as one clear line instead of a traceback."""

import asyncio
import errno
import json
from collections.abc import Callable, Coroutine, Mapping, Sequence
from typing import Annotated, Any, NoReturn, TypeVar

import typer

from logbook import cleaned, escaped

T = TypeVar("T")
Row = Mapping[str, Any]
AsJson = Annotated[bool, typer.Option("--json", help="以 JSON 输出")]


def show(fields: Row, as_json: bool) -> None:
    """One thing, a line per field."""
    if as_json:
        typer.echo(escaped(json.dumps(fields, ensure_ascii=False)))
        return
    for name, value in fields.items():
        said = json.dumps(value, ensure_ascii=False) if isinstance(value, list | dict) else str(value)
        typer.echo(f"{name}: {escaped(said)}")


def table(rows: Sequence[Row], as_json: bool) -> None:
    """Several things of one kind; as a table for people."""
    if as_json:
        typer.echo(escaped(json.dumps(rows, ensure_ascii=False)))
        return
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    drawn = Table()
    for name in rows[0] if rows else ("—",):
        drawn.add_column(name)
    for row in rows:
        drawn.add_row(*(Text("" if value is None else escaped(str(value))) for value in row.values()))
    Console().print(drawn)


def refuse(text: str) -> NoReturn:
    """End with the words of a refusal: exit 1."""
    typer.echo("\n".join(cleaned(line) for line in text.split("\n")), err=True)
    raise typer.Exit(1)


def usage(text: str) -> NoReturn:
    """End with what was wrong in the command itself: exit 2."""
    typer.echo(text, err=True)
    raise typer.Exit(2)


def answered(work: Callable[[], Coroutine[Any, Any, T]]) -> T:
    """Run a coroutine to its end, with its refusals in words."""
    return guarded(lambda: asyncio.run(work()))


def guarded(work: Callable[[], T]) -> T:
    """Run something; what the business, the database, the platform or the machine refuses is said in one line."""
    from tortoise.exceptions import BaseORMException

    from domain.database import SqliteInUse
    from domain.errors import DeliveryFailed, ImportRefused, Refusal
    from domain.keyring import KeyRefused
    from domain.safekeeping import BackupRefused
    from domain.upgrading import NewerSchema
    from templates import refusal

    try:
        return work()
    except ImportRefused as no:
        refuse(_problems(no.problems))
    except Refusal as no:
        refuse(refusal(no))
    except SqliteInUse as taken:
        refuse(_in_use(taken))
    except (BackupRefused, KeyRefused, NewerSchema) as no:
        refuse(str(no))
    except DeliveryFailed as failed:
        refuse(f"微信接口没有接受：{failed} · the WeChat API refused")
    except BaseORMException as error:
        refuse(f"数据库不可用或未建立（先运行 gendan migrate）· database: {_first_line(error)}")
    except OSError as error:
        refuse(_of_machine(error))


def _problems(problems: Sequence[tuple[int, str, str]]) -> str:
    lines = [f"第 {row} 行 {field}：{text} · row {row} {field}" for row, field, text in problems]
    return "\n".join([f"没有导入，{len(lines)} 处要改 · nothing was imported, {len(lines)} to mend：", *lines])


def _in_use(taken: Any) -> str:
    holder = f"（进程 {taken.holder}）" if taken.holder else ""
    return (
        f"{taken} 正由另一个服务使用{holder}；SQLite 只供一个服务，要开多个请用 PostgreSQL（GENDAN_DATABASE_URL=postgres://…）"
        f" · in use by another service: SQLite serves one, use PostgreSQL for more"
    )


def _of_machine(error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"端口已被占用，请换 GENDAN_PORT · the port is taken: {_first_line(error)}"
    if error.errno == errno.ENOSPC:
        return "磁盘已满，请腾出空间 · the disk is full"
    if isinstance(error, ConnectionError):
        return f"连不上，请看地址和服务是否在运行 · cannot connect: {_first_line(error)}"
    return f"系统拒绝了 · the system refused: {_first_line(error)}"


def _first_line(error: BaseException) -> str:
    return next(iter(str(error).splitlines()), type(error).__name__)
