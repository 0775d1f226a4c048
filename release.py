"""Which version of the product this is."""

import tomllib
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path


def product_version() -> str:
    """The version of the installed product, or the one that the work tree is going to be."""
    try:
        return version("gendan")
    except PackageNotFoundError:
        project = tomllib.loads((Path(__file__).parent / "pyproject.toml").read_text("utf-8"))
        return str(project["project"]["version"])
