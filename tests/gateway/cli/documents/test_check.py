"""Before a manifest is trusted, its operator sees what each document could ever read."""

import json
from pathlib import Path

from typer.testing import CliRunner

from gateway.cli.main import app
from tests.support.gateway.sound_place import sound_place

SCREEN = (
    "query Screen($k: KnownDetails!, $r: AccessReason!) { child(known: $k, reason: $r) {"
    " answers { agency { id } outcome involvements { role } } child { addresses { postcode } } } }"
)


def run(folder: Path, documents: dict[str, str], *more: str) -> tuple[int, str, str]:
    file = folder / "client.json"
    file.write_text(json.dumps(documents))
    result = CliRunner().invoke(app, ["documents", "check", str(file), *more])
    return result.exit_code, result.stdout, result.stderr


def test_the_report_says_operations_fields_classes_agencies_and_cost(tmp_path: Path) -> None:
    settings = sound_place(tmp_path)
    status, said, _ = run(tmp_path, {"s-1": SCREEN}, "--settings", str(settings))
    assert status == 0
    for line in (
        "Screen  id s-1",
        "query Screen: asks child",
        "fields: 10, 4 deep",
        "classes: CONTACT, INVOLVEMENT, LOCATION, SENSITIVE",
        "agency hillside-school: its outcome",
        "cost: at most 1 child times 2 agencies",
    ):
        assert line in said, said


def test_a_document_that_cannot_be_trusted_is_named_and_the_others_are_reported(
    tmp_path: Path,
) -> None:
    documents = {"1": SCREEN, "2": "query Typo { agencies { nam } }"}
    status, said, wrong = run(tmp_path, documents)
    assert status == 2
    assert "Screen  id 1" in said
    assert f"{tmp_path / 'client.json'}: Typo: query: Cannot query field 'nam'" in wrong


def test_what_asks_about_no_child_has_no_cost(tmp_path: Path) -> None:
    status, said, _ = run(tmp_path, {"1": "query Agencies { agencies { id } }"})
    assert status == 0
    assert "asks agencies" in said
    assert "cost" not in said


def test_a_file_that_is_no_manifest_ends_with_2(tmp_path: Path) -> None:
    file = tmp_path / "client.json"
    file.write_text("[7]")
    result = CliRunner().invoke(app, ["documents", "check", str(file)])
    assert result.exit_code == 2
    assert "is no manifest" in result.stderr


def test_a_schema_is_compared_with_that_of_clients(tmp_path: Path) -> None:
    file = tmp_path / "released.graphql"
    file.write_text("type Query { agencies: Int gone: Int }")
    result = CliRunner().invoke(app, ["schema", "--against", str(file)])
    assert result.exit_code == 1
    assert "Query.gone was removed." in result.stderr
