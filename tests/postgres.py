"""A PostgreSQL of the tests' own: an unprivileged cluster on a free port, removed afterwards."""

import contextlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from tests.ports import unused_port

USER = "postgres"
_homes: dict[str, Path] = {}


def binaries() -> Path | None:
    """Where initdb and pg_ctl are; None when PostgreSQL is not installed."""
    found = shutil.which("initdb")
    if found:
        return Path(found).resolve().parent
    places = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    return places[-1].parent if places else None


@contextlib.contextmanager
def cluster(address: str = "127.0.0.1", within: Sequence[str] = (), like: Path | None = None) -> Iterator[str]:
    """A running server; the URL of it without a database name. ``within`` is a command that starts it elsewhere,
    ``like`` a server that was stored, of which it is a copy."""
    home = _home()
    if like is None:
        _run(home, "initdb", "-U", USER, "-A", "trust", "-E", "UTF8", "--no-sync")
    else:
        _copy(like, home / "data")
    with (home / "data" / "pg_hba.conf").open("a", encoding="utf-8") as rules:
        rules.write(f"host all all {address}/24 trust\n")
    try:
        port = _start(home, address, within)
    except subprocess.CalledProcessError:
        # Somebody took the port in the meantime.
        port = _start(home, address, within)
    yield from _kept(home, f"postgres://{USER}@{address}:{port}")


@contextlib.contextmanager
def replica(url: str) -> Iterator[str]:
    """A server that follows the one of this URL, as far as it is told to; the URL of it."""
    home = _home()
    _run(home, "pg_basebackup", "-d", f"{url}/postgres", "-R", "-X", "stream", "-c", "fast")
    yield from _kept(home, f"postgres://{USER}@127.0.0.1:{_start(home, '127.0.0.1', ())}")


def _home() -> Path:
    home = Path(tempfile.mkdtemp(prefix="gendan-pg-"))
    if os.geteuid() == 0:
        shutil.chown(home, USER)
    return home


def _kept(home: Path, url: str) -> Iterator[str]:
    _homes[url] = home
    try:
        yield url
    finally:
        stop(url)
        shutil.rmtree(home, ignore_errors=True)


def _start(home: Path, address: str, within: Sequence[str]) -> int:
    port = unused_port()
    options = f"-p {port} -k {home} -c listen_addresses={address} -c fsync=off -c full_page_writes=off"
    _run(home, "pg_ctl", "-w", "-o", options, "-l", str(home / "log"), "start", within=within)
    return port


def store(url: str, path: Path) -> None:
    """Stop the server of this URL in good order, and keep what it holds for copies of it."""
    home = _homes[url]
    _run(home, "pg_ctl", "-w", "-m", "fast", "stop")
    _copy(home / "data", path)


def restart(url: str) -> None:
    """Stop the server of this URL as a power cut does, and start it again."""
    home = _homes[url]
    _run(home, "pg_ctl", "-w", "-m", "immediate", "-l", str(home / "log"), "restart")


def stop(url: str) -> None:
    """End the server of this URL as a power cut does; harmless when it has ended."""
    with contextlib.suppress(subprocess.CalledProcessError):
        _run(_homes[url], "pg_ctl", "-m", "immediate", "stop")


def promote(url: str) -> None:
    """Make a server of its own of a replica."""
    _run(_homes[url], "pg_ctl", "-w", "promote")


def _copy(source: Path, target: Path) -> None:
    # It belongs to the user of the server, and stays theirs.
    subprocess.run(["cp", "-a", str(source), str(target)], check=True)


def _run(home: Path, tool: str, *options: str, within: Sequence[str] = ()) -> None:
    tools = binaries()
    assert tools is not None
    as_other = ["runuser", "-u", USER, "--"] if os.geteuid() == 0 else []
    command = [*within, *as_other, str(tools / tool), "-D", str(home / "data"), *options]
    subprocess.run(command, check=True, capture_output=True, cwd=home)
