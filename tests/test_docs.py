"""What the documents say of the code is still so."""

import re
from pathlib import Path

from domain.rules.lifecycle import picture
from settings import Settings

ROOT = Path(__file__).parent.parent


def test_the_picture_of_the_states_is_current():
    assert picture() in (ROOT / "docs/state-machine.md").read_text("utf-8")


def test_the_readme_names_settings_and_files_that_exist():
    text = (ROOT / "README.md").read_text("utf-8")
    top = {f"GENDAN_{name.upper()}" for name in Settings.model_fields}
    named = {name.split("__")[0] for name in re.findall(r"GENDAN_[A-Z0-9_]+[A-Z0-9]", text)}
    assert named - {"GENDAN_TEST_REQUIRE"} <= top
    assert all((ROOT / link).exists() for link in re.findall(r"\]\((docs/[^)]+)\)", text))


def test_the_readme_names_targets_that_exist():
    text = (ROOT / "README.md").read_text("utf-8")
    makefile = (ROOT / "Makefile").read_text("utf-8")
    assert all(f"\n{target}:" in makefile for target in re.findall(r"`make (\w+)`", text))


def test_promises_faults_and_complaints_name_tests_that_exist():
    for name in ("promises", "faults", "complaints"):
        text = (ROOT / f"docs/{name}.md").read_text("utf-8")
        named = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", text)
        assert len(named) > 20
        missing = [f"{file}::{test}" for file, test in named if f"def {test}(" not in (ROOT / file).read_text("utf-8")]
        assert not missing
        assert len(named) == len(re.findall(r"::", text))


def test_every_promise_is_held_by_a_test():
    text = (ROOT / "docs/promises.md").read_text("utf-8").partition("## Not promised")[0]
    promises = re.split(r"^\*\*\d+\. ", text, flags=re.MULTILINE)[1:]
    assert len(promises) >= 9
    assert all("- `tests/" in one for one in promises)


def test_every_complaint_is_held_by_a_test_or_says_why_it_cannot_arise():
    text = (ROOT / "docs/complaints.md").read_text("utf-8")
    rows = [row.strip("| ").split(" | ") for row in text.splitlines() if re.match(r"\| (\d+|\+) \|", row)]
    assert [row[0] for row in rows if row[0] != "+"] == [str(number) for number in range(1, 21)]
    for _, _, here, *tests in rows:
        assert "::" in "".join(tests) or here.startswith("Cannot arise: ")
