"""A PostgreSQL of the tests' own: an unprivileged cluster on a free port, removed afterwards."""

import contextlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

from aiohttp.test_utils import unused_port

USER = "postgres"


def binaries() -> Path | None:
    """Where initdb and pg_ctl are; None when PostgreSQL is not installed."""
    found = shutil.which("initdb")
    if found:
        return Path(found).parent
    places = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    return places[-1].parent if places else None


@contextlib.contextmanager
def cluster() -> Iterator[str]:
    """A running server; the URL of it without a database name."""
    tools = binaries()
    assert tools is not None
    home = Path(tempfile.mkdtemp(prefix="gendan-pg-"))
    as_other = ["runuser", "-u", USER, "--"] if os.geteuid() == 0 else []
    if as_other:
        shutil.chown(home, USER)
    port = unused_port()

    def run(*command: str) -> None:
        subprocess.run([*as_other, *command], check=True, capture_output=True, cwd=home)

    data = home / "data"
    run(str(tools / "initdb"), "-D", str(data), "-U", USER, "-A", "trust", "-E", "UTF8", "--no-sync")
    options = f"-p {port} -k {home} -c listen_addresses=127.0.0.1 -c fsync=off -c full_page_writes=off"
    run(str(tools / "pg_ctl"), "-D", str(data), "-w", "-o", options, "-l", str(home / "log"), "start")
    try:
        yield f"postgres://{USER}@127.0.0.1:{port}"
    finally:
        with contextlib.suppress(subprocess.CalledProcessError):
            run(str(tools / "pg_ctl"), "-D", str(data), "-m", "immediate", "stop")
        shutil.rmtree(home, ignore_errors=True)
