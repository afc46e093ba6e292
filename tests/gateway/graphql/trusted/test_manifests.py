"""A manifest is read as its build tool wrote it, and refused by its file, name and reason."""

import json
from pathlib import Path
from typing import Any

import pytest

from gateway.graphql.trusted.manifests import read_document_manifest, read_manifests_of_documents
from gateway.model.errors import ConfigurationInvalid
from tests.support.gateway.trusted_gateway import APOLLO, apollo, sha256, write_manifests

TEXT = "query Screen { agencies { id } }"


def written(folder: Path, content: Any) -> Path:
    file = folder / "client.json"
    file.write_text(content if isinstance(content, str) else json.dumps(content))
    return file


def refusal(file: Path) -> str:
    with pytest.raises(ConfigurationInvalid) as refused:
        read_document_manifest(file)
    return str(refused.value)


@pytest.mark.parametrize(
    ("content", "id_"),
    [
        ({"f" * 40: TEXT}, "f" * 40),
        ([["6f4b", TEXT]], "6f4b"),
        (apollo(("Screen", TEXT)), sha256(TEXT)),
        ("\ufeff" + json.dumps({"sha256:1": TEXT}), "sha256:1"),
    ],
    ids=["codegen and relay", "relay's pairs", "apollo", "with a byte order mark"],
)
def test_each_build_tools_manifest_is_read_as_it_is(tmp_path: Path, content: Any, id_: str) -> None:
    (only,) = read_document_manifest(written(tmp_path, content)).documents
    assert (only.id, only.name, only.text) == (id_, "Screen", TEXT)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("{", "is not JSON"),
        ("[" * 100_000, "is not JSON"),
        ('{"a": "{ agencies { id } }", "a": "{ sources { id } }"}', "twice"),
        ({"a": 1}, "is no manifest"),
        (["a"], "is no manifest"),
        ("7", "is no manifest"),
        ({**apollo(("Screen", TEXT)), "version": 2}, "is no manifest"),
        ({"format": "apollo", "version": 1, "operations": []}, "is no manifest"),
        ({**apollo(), "operations": {}}, "operations: must be a list"),
        ({**apollo(), "operations": [{"id": "a"}]}, "an id and a body"),
        ([["a", TEXT], ["a", "{ sources { id } }"]], "two documents have the id a"),
        ({"": TEXT}, "document 1: an id has"),
        ({"a\u0000b": TEXT}, "document 1: an id has"),
        ({"x" * 257: TEXT}, "document 1: an id has"),
    ],
)
def test_what_is_no_manifest_is_said_with_its_file(tmp_path: Path, content: Any, said: str) -> None:
    told = refusal(written(tmp_path, content))
    assert told.startswith(f"{tmp_path / 'client.json'}: ")
    assert said in told


def test_a_file_that_is_not_there_is_said(tmp_path: Path) -> None:
    assert "cannot be read" in refusal(tmp_path / "client.json")


def test_two_clients_with_one_document_agree_and_with_one_id_for_two_do_not(
    tmp_path: Path,
) -> None:
    same = {"1.json": {"a": TEXT}, "2.json": {"a": TEXT, "b": APOLLO}}
    assert len(read_manifests_of_documents(write_manifests(tmp_path, same))) == 2
    folder = write_manifests(tmp_path, {"3.json": {"a": APOLLO}})
    with pytest.raises(ConfigurationInvalid) as refused:
        read_manifests_of_documents(folder)
    assert "3.json: ApolloScreen: 1.json has another document under the same id" in str(
        refused.value
    )
