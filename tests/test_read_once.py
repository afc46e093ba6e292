"""Gateways of the tests share what one of them has read, and each still acts as it reads it."""

from pathlib import Path
from typing import Any, Final

import pytest
from graphql.language.parser import Parser

from gateway.graphql import documents
from tests.support.agencies import AUTHORITY, AgencyServer, rest_source
from tests.support.loopback import serving
from tests.support.town import Answer, small_town

_QUERY: Final = """
query Ask($known: KnownDetails!, $reason: AccessReason!) {
  child(known: $known, reason: $reason) { answers { involvements { practitioner { name } } } }
}
"""


async def _asked(folder: Path, **more: Any) -> Answer:
    async with serving(AgencyServer().answer) as url:
        sources = [rest_source("spine", url, claims=AUTHORITY)]
        async with small_town(folder, sources, **more) as town:
            return await town.ask(query=_QUERY)


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder


def _never(*_: Any, **__: Any) -> None:
    raise AssertionError


async def test_what_one_gateway_has_read_the_next_one_answers_in_the_same_way(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = await _asked(_made(tmp_path / "first"))
    monkeypatch.setattr(Parser, "parse_document", _never)
    second = await _asked(_made(tmp_path / "second"))
    assert (second.status, second.body) == (200, first.body)


async def test_a_fault_in_what_reads_a_document_shows_though_it_was_read_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await _asked(_made(tmp_path / "sound"))
    monkeypatch.setattr(documents, "never_null", _never)
    assert "errors" in (await _asked(_made(tmp_path / "faulty"))).body


async def test_a_fault_in_a_method_of_what_reads_shows_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await _asked(_made(tmp_path / "sound"))
    monkeypatch.setattr(documents.Documents, "read", _never)
    assert "errors" in (await _asked(_made(tmp_path / "faulty"))).body


async def test_a_gateway_with_a_smaller_limit_refuses_what_another_one_has_read(
    tmp_path: Path,
) -> None:
    assert (await _asked(_made(tmp_path / "usual"))).status == 200
    refused = await _asked(_made(tmp_path / "strict"), documents__max_depth=3)
    (error,) = refused.body["errors"]
    assert "max_depth" in error["message"] or "3" in error["message"], error
