"""``pg_dump`` and ``pg_restore``, called so that no other user of the machine can see the password."""

import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import unquote, urlsplit


class ToolFailed(RuntimeError):
    """The tool is missing or did not do it; the text is for the operator."""


def dump(url: str, target: Path, snapshot: str) -> None:
    """Write what the database held at ``snapshot`` to a file, and read the file through to its end."""
    _with_password(["pg_dump", "--format=custom", f"--snapshot={snapshot}", f"--file={target}"], url)
    check(target)


def check(file: Path) -> None:
    """Read a dump to its end without restoring it."""
    _run(["pg_restore", "--file=/dev/null", str(file)])


def restore(url: str, source: Path) -> None:
    """Put a dump into an empty database, whole or not at all."""
    _with_password(["pg_restore", "--exit-on-error", "--single-transaction", "--no-owner", str(source)], url)


def _with_password(command: Sequence[str], url: str) -> None:
    address, password = _without_password(url)
    # The password goes by a file for our eyes only: in the command, every user of this machine could read it.
    with tempfile.NamedTemporaryFile("w") as passfile:
        passfile.write("*:*:*:*:" + password.replace("\\", "\\\\").replace(":", "\\:"))
        passfile.flush()
        _run([*command, "--no-password", f"--dbname={address} passfile={passfile.name}"])


def _without_password(url: str) -> tuple[str, str]:
    """The address as libpq's keywords without the password, and the password."""
    parts = urlsplit(url)
    words = {"host": parts.hostname, "port": parts.port, "user": parts.username, "dbname": parts.path.strip("/")}
    known = {name: unquote(str(value)) for name, value in words.items() if value}
    return " ".join(f"{name}='{_quoted(value)}'" for name, value in known.items()), unquote(parts.password or "")


def _quoted(value: str) -> str:
    return value.replace("\\", "\\\\").replace("'", "\\'")


def _run(command: Sequence[str]) -> None:
    try:
        subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603
    except FileNotFoundError:
        raise ToolFailed(f"缺少 {command[0]}：sudo apt install postgresql-client · is not installed") from None
    except subprocess.CalledProcessError as error:
        said = [line for line in error.stderr.splitlines() if line.strip()] or [f"exit {error.returncode}"]
        raise ToolFailed(f"{command[0]}: {said[0]}") from None
