"""Trusted documents are read before the first request; any other is refused unread."""

from pathlib import Path
from typing import Any

import pytest

from gateway.config.tables.documents import DocumentSettings
from gateway.graphql import documents
from gateway.graphql.documents import Documents
from gateway.graphql.root import build_schema
from gateway.graphql.trusted.manifests import read_document_manifest, read_manifests_of_documents
from gateway.graphql.trusted.own_documents import OWN
from gateway.graphql.trusted.trusted_documents import TrustedDocuments
from gateway.model.errors import AskDifferently, ConfigurationInvalid
from tests.support.gateway.trusted_gateway import AGENCIES, APOLLO, sha256, write_manifests

WRITTEN = Path(__file__).with_name("manifests")
SCHEMA = build_schema()._schema  # noqa: SLF001  # as the gateway executes it


def trusted(folder: Path, manifests: dict[str, Any] | None = None) -> TrustedDocuments:
    read = read_manifests_of_documents(write_manifests(folder, manifests))
    return TrustedDocuments.of(read, Documents(SCHEMA, DocumentSettings()))


def never(*_: Any, **__: Any) -> Any:
    raise AssertionError("a warm or a strange document costs none of this")


def test_a_warm_document_costs_no_parse_no_validation_no_limits_and_no_plan(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = trusted(tmp_path)
    free = Documents(SCHEMA, DocumentSettings())
    free.document(AGENCIES)
    for name in ("parse", "validate", "refuse_by_text", "refuse_by_structure", "writer_of"):
        monkeypatch.setattr(documents, name, never)
    assert known.document("", "a" * 40) is known.document(AGENCIES, None)
    assert free.document(AGENCIES) is free.document(AGENCIES)


@pytest.mark.parametrize(
    "text",
    [
        "{ agencies { id } }",
        "{ __schema { types { name } } }",
        "{ agencies { nam } }",
        "{",
        "",
        AGENCIES + " ",
        AGENCIES + "#",
        AGENCIES + AGENCIES,
        "\ufeff" + AGENCIES,
        AGENCIES.replace("Agencies", "Agencies2"),
    ],
)
def test_any_other_text_is_refused_unread_by_one_code(
    tmp_path: Path, text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = trusted(tmp_path)
    for name in ("parse", "validate", "refuse_by_text"):
        monkeypatch.setattr(documents, name, never)
    with pytest.raises(AskDifferently) as refused:
        known.document(text, None)
    assert refused.value.code == "DOCUMENT_NOT_TRUSTED"


@pytest.mark.parametrize("id_", ["", "a", "A" * 40, sha256("{"), "__proto__", "sha256:"])
def test_an_unknown_id_is_refused_by_the_same_code(tmp_path: Path, id_: str) -> None:
    with pytest.raises(AskDifferently) as refused:
        trusted(tmp_path).document("", id_)
    assert refused.value.code == "DOCUMENT_NOT_TRUSTED"


def test_a_document_is_known_by_the_hash_of_its_text_whatever_its_manifest_calls_it(
    tmp_path: Path,
) -> None:
    known = trusted(tmp_path)
    by_its_id = known.document("", "a" * 40)
    assert known.document("", sha256(AGENCIES)) is by_its_id
    assert known.document("", f"sha256:{sha256(AGENCIES)}") is by_its_id
    assert known.document("", sha256(APOLLO).upper()) is known.document(APOLLO, None)


@pytest.mark.parametrize("tool", ["apollo", "codegen", "relay"])
def test_what_a_build_tool_wrote_is_trusted_as_it_is(tool: str) -> None:
    """By generate-persisted-query-manifest 1.4.0, client-preset 6.2.0, relay-compiler 21.0.1."""
    manifest = read_document_manifest(WRITTEN / f"{tool}.json")
    known = TrustedDocuments.of([manifest], Documents(SCHEMA, DocumentSettings()))
    (only,) = manifest.documents
    assert known.document("", only.id) is known.document(only.text, None)
    assert only.name in known.document("", only.id).operations


def test_what_the_command_asks_is_trusted_everywhere(tmp_path: Path) -> None:
    known = trusted(tmp_path)
    assert all(known.document(text, None).operations for text in OWN)


def test_every_document_that_cannot_be_trusted_is_named_with_its_reason(tmp_path: Path) -> None:
    manifests = {
        "bad.json": {
            "1": "query Typo { agencies { nam } }",
            "2": 'query Schema { __type(name: "Query") { name } }',
            "3": 'query Literal { child(known: {nhsNumber: "9434765919"}) { receipt { index } } }',
            "4": "query Deep " + "{ a" * 60 + "}" * 60,
            "5": "query Cut {",
            "6": AGENCIES,
        }
    }
    with pytest.raises(ConfigurationInvalid) as refused:
        trusted(tmp_path, manifests)
    told = [fault.what for fault in refused.value.faults]
    assert [what.split(":")[0] for what in told] == ["Typo", "Schema", "Literal", "Deep", "Cut"]
    assert "DOCUMENT_INVALID" in told[0]
    assert "PERSONAL_DATA_LITERAL" in told[2]
    assert "DOCUMENT_TOO_DEEP" in told[3]
    assert "9434765919" not in str(refused.value)


def test_a_schema_field_in_a_fragment_is_found(tmp_path: Path) -> None:
    hidden = "query Q { ...F } fragment F on Query { __typename s: __schema { types { name } } }"
    with pytest.raises(ConfigurationInvalid, match="no part of the schema"):
        trusted(tmp_path, {"one.json": {"1": hidden}})


@pytest.mark.parametrize("form", ["{}", "sha256:{}", "SHA"])
def test_an_id_that_is_the_hash_of_another_document_is_refused(tmp_path: Path, form: str) -> None:
    digest = sha256(AGENCIES)
    id_ = digest.upper() if form == "SHA" else form.format(digest)
    own = {"own.json": {id_: AGENCIES}, "again.json": {digest: AGENCIES, "other": APOLLO}}
    assert trusted(tmp_path, own).document("", id_).hash == digest
    with pytest.raises(ConfigurationInvalid, match="the SHA-256 of another"):
        trusted(tmp_path, {"again.json": {"named": AGENCIES}, "own.json": {id_: APOLLO}})


def test_what_was_read_before_a_reload_is_not_read_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    reading = Documents(SCHEMA, DocumentSettings())
    manifests = read_manifests_of_documents(write_manifests(tmp_path))
    before = TrustedDocuments.of(manifests, reading)
    monkeypatch.setattr(documents, "validate", never)
    again = TrustedDocuments.of(manifests, reading, before)
    assert again.document(AGENCIES, None) is before.document(AGENCIES, None)
    assert TrustedDocuments.of((), reading, before).by_id == {}
