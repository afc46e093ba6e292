import pytest
from graphql import build_schema, parse, validate

from console.asking.documents import document, manifest
from tests.support.docs.pages import ROOT, text

SCHEMA = build_schema(text("schema.graphql"))
FILES = sorted((ROOT / "console/documents").glob("*.graphql"))
NAMES = [file.stem for file in FILES if "." not in file.stem]


@pytest.mark.parametrize("name", NAMES)
def test_the_gateway_can_answer_what_the_pages_ask(name: str) -> None:
    assert validate(SCHEMA, parse(document(name))) == []


def test_a_trusting_gateway_is_told_of_every_document() -> None:
    assert sorted(manifest().values()) == sorted(document(name) for name in NAMES)
    assert len(NAMES) >= 9
