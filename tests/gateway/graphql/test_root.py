"""The schema in the repository is the one that the code serves."""

from pathlib import Path

from graphql import build_schema as parsed

from gateway.graphql.promised import promised
from gateway.graphql.root import printed

SCHEMA = Path(__file__).parents[3] / "schema.graphql"


def test_the_exported_schema_is_up_to_date() -> None:
    assert SCHEMA.read_text() == promised() == printed()


def test_the_export_is_the_same_every_time() -> None:
    assert printed() == printed()


def test_the_export_ends_in_one_newline_and_parses() -> None:
    assert printed().endswith("}\n")
    assert parsed(printed()).query_type is not None
