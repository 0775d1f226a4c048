"""What takes a while to make and all workers need: the first who comes makes it, the others wait and find it."""

import fcntl
from collections.abc import Callable
from pathlib import Path


def once(path: Path, make: Callable[[Path], None]) -> Path:
    """The file or folder at this path, made unless it is there; nobody may change it."""
    with path.with_name(f"{path.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not path.exists():
            part = path.with_name(f"{path.name}.part")
            make(part)
            part.rename(path)
    return path
