"""Questions about a child that our pages show are written by compiled code."""

from typing import Final

from gateway.graphql.documents import DocumentOperation, Documents
from gateway.graphql.root import build_schema
from tests.support.docs.pages import PAGES, blocks
from tests.support.settings import settings_with

MOST_EXACT: Final = 0.05  # of the questions that do not ask for parts
SCHEMA: Final = build_schema()._schema  # noqa: SLF001  as the gateway does


def documented() -> list[DocumentOperation]:
    """Every question about a child on a page, and what the gateway makes of it."""
    documents = Documents(SCHEMA, settings_with().documents)
    queries = (query for page in PAGES for query in blocks(page.read_text("utf-8"), "graphql"))
    operations = (one for query in queries for one in documents.read(query, "").operations.values())
    return [one for one in operations if one.question is not None]


def test_documented_questions_are_written_by_compiled_code() -> None:
    whole = [one for one in documented() if not one.deliveries]
    exact = [one for one in whole if one.write is None]
    assert len(whole) > 1
    assert len(exact) <= MOST_EXACT * len(whole)
