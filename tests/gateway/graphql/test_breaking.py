"""A client that was built against the last release goes on working."""

import re
from pathlib import Path

import pytest

from gateway.graphql.breaking import breaking_changes
from gateway.graphql.promised import PROMISED
from gateway.model.errors import ConfigurationInvalid
from tests.support.docs.pages import ROOT, text

RELEASED = ROOT / "docs" / "released.graphql"
SCHEMA = """
enum Code { A B OLD @deprecated(reason: "Use A.") }
input Entry { given: String old: String @deprecated(reason: "Use given.") }
type Query {
  one(entry: Entry, code: Code): String
  list: [String!]!
  old: String @deprecated(reason: "Use one.")
}
"""


def broken(folder: Path, was: str, is_now: str) -> tuple[str, ...]:
    """What breaks if this is otherwise in a small schema."""
    assert was in SCHEMA
    released, now = folder / "released.graphql", folder / "schema.graphql"
    released.write_text(SCHEMA)
    now.write_text(SCHEMA.replace(was, is_now))
    return breaking_changes(released, now)


def test_nothing_breaks_for_clients_of_the_last_release() -> None:
    assert breaking_changes(RELEASED, PROMISED) == ()


def test_the_last_release_is_one_of_the_changelog() -> None:
    first, *_ = RELEASED.read_text("utf-8").splitlines()
    version = re.findall(r"release (\d+\.\d+\.\d+)", first)
    assert version
    assert f"## [{version[0]}]" in text("CHANGELOG.md")


@pytest.mark.parametrize(
    ("was", "is_now"),
    [
        ("  list: [String!]!\n", ""),
        ("list: [String!]!", "list: [String]!"),
        ("list: [String!]!", "list: String!"),
        ("code: Code)", "code: Code!)"),
        (", code: Code)", ")"),
        ("code: Code)", "code: Code, more: Int!)"),
        ("A B OLD", "A OLD"),
        ("given: String", "given: Int"),
        ("given: String", "given: String more: Int!"),
    ],
)
def test_what_would_break_a_client_is_found(tmp_path: Path, was: str, is_now: str) -> None:
    assert broken(tmp_path, was, is_now)


@pytest.mark.parametrize(
    ("was", "is_now"),
    [
        ('  old: String @deprecated(reason: "Use one.")\n', ""),
        (' OLD @deprecated(reason: "Use A.")', ""),
        ('old: String @deprecated(reason: "Use given.") }', "}"),
        ("list: [String!]!", "list: [String!]! more: Int"),
        ("code: Code)", "code: Code, more: Int)"),
        ("list: [String!]!", 'list: [String!]! @deprecated(reason: "Use one.")'),
    ],
)
def test_what_was_deprecated_before_may_go_and_new_names_may_come(
    tmp_path: Path, was: str, is_now: str
) -> None:
    assert broken(tmp_path, was, is_now) == ()


@pytest.mark.parametrize("content", [None, "type", "type Query { a: Nothing }", "\ud800"])
def test_a_file_that_holds_no_schema_is_said(tmp_path: Path, content: str | None) -> None:
    file = tmp_path / "released.graphql"
    if content is not None:
        file.write_bytes(content.encode("utf-8", "surrogatepass"))
    with pytest.raises(ConfigurationInvalid, match=r"released\.graphql"):
        breaking_changes(file, PROMISED)
