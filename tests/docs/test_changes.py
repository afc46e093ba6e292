"""Each change has a fragment of its own, which an operator can read in the changelog."""

import re
import tomllib
from typing import Final

import pytest

from tests.support.docs.pages import ROOT, links, text

_KINDS: Final = ("breaking", "added", "changed", "fixed", "security")
# A word or a number a part: no name of an engineer's branch or of a task, such as `facts19`.
_NAME: Final = re.compile(rf"(?:[a-z]+|[0-9]+)(?:-(?:[a-z]+|[0-9]+))*\.(?:{'|'.join(_KINDS)})\.md")
_FRAGMENTS: Final = {
    file.name: file.read_text("utf-8")
    for file in sorted((ROOT / "changes").iterdir())
    if file.name != "README.md"
}


def _faults(name: str, said: str) -> list[str]:
    """What is wrong with a fragment: its name, shape or links, or a missing way to upgrade."""
    kind = name.split(".")[-2] if name.count(".") > 1 else ""
    unled = [link for link in links(said) if "://" not in link]
    wrong = {
        "call it NAME.KIND.md": not _NAME.fullmatch(name),
        "write one line that begins with a capital or code and ends with a full stop": not (
            re.fullmatch(r"[A-Z`\[][^\n]*\.\n", said)
        ),
        "leave the heading and the hyphen out": said.startswith(("#", "- ")),
        "say what to do, after: To upgrade,": kind == "breaking" and "To upgrade, " not in said,
        "link to a page that is there": not all(
            (ROOT / link.partition("#")[0]).exists() for link in unled
        ),
    }
    return [what for what, is_so in wrong.items() if is_so]


def test_every_fragment_is_one_line_that_an_operator_can_use() -> None:
    assert {
        name: found for name, said in _FRAGMENTS.items() if (found := _faults(name, said))
    } == {}


def test_a_well_formed_fragment_has_no_fault() -> None:
    said = "The settings are in tables. To upgrade, see the [list](CHANGELOG.md).\n"
    assert _faults("settings-in-tables.breaking.md", said) == []


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("settings.md", "The settings are in tables.\n"),
        ("Settings.added.md", "The settings are in tables.\n"),
        ("settings.wish.md", "The settings are in tables.\n"),
        ("settings12.added.md", "The settings are in tables.\n"),
        ("settings.added.md", "- The settings are in tables.\n"),
        ("settings.added.md", "the settings are in tables.\n"),
        ("settings.added.md", "The settings are in tables\n"),
        ("settings.added.md", "The settings are in tables.\n\nThere are twelve.\n"),
        ("settings.added.md", "The settings are in [tables](docs/tables-of-nobody.md).\n"),
        ("settings.breaking.md", "The settings are in tables.\n"),
    ],
)
def test_a_fragment_that_an_operator_could_not_use_is_found(name: str, said: str) -> None:
    assert _faults(name, said)


def test_the_changelog_begins_with_the_version_of_this_project_and_takes_no_loose_entries() -> None:
    project = tomllib.loads(text("pyproject.toml"))["project"]
    headings = re.findall(r"^## \[(.+?)\]", text("CHANGELOG.md"), re.MULTILINE)
    assert headings[0] == project["version"], "add to the folder changes, not to CHANGELOG.md"


def test_the_pages_name_the_version_of_this_project() -> None:
    project = tomllib.loads(text("pyproject.toml"))["project"]
    assert f"Version {project['version']}." in text("README.md")
    assert f"version {project['version']} " in text("docs/threats.md")


def test_breaking_changes_come_first_and_say_how_to_upgrade() -> None:
    newest = text("CHANGELOG.md").split("\n## [")[1]
    headings = re.findall(r"^### (.+)$", newest, re.MULTILINE)
    breaking = [heading.startswith(("To upgrade", "Breaking")) for heading in headings]
    assert breaking == sorted(breaking, reverse=True)
    assert breaking[0]
    told = [section for section in newest.split("\n### ") if section.startswith("Breaking")]
    entries = [line for section in told for line in section.splitlines() if line[:2] == "- "]
    assert [entry for entry in entries if "To upgrade, " not in entry] == []
    assert len(entries) > 20
