"""A draft of a manifest is one that loads, and carries nobody's data from the sample."""

import json
import sqlite3
import tomllib
from contextlib import closing
from pathlib import Path
from typing import Any, Final

import pytest

from adapters.authoring import sample_shape
from adapters.authoring.database_shape import shape_of_database
from adapters.authoring.draft import Answers, Draft, draft
from adapters.authoring.sample_shape import SampleShape, SampleUnreadable, shape_of, shape_of_text
from adapters.conformance.kit import Level, check_offline
from adapters.conformance.rules import KitRule
from adapters.contract.codes import Sector
from adapters.validation.loading import read_manifest
from demo.processes.postgres import Postgres
from tests.support.adapters.asking import NOW, manifest_of
from tests.support.processor_time import cheap

MARKER = "Zqmarker"
CHILD: dict[str, Any] = {
    "personId": MARKER,
    "NHS No": MARKER,
    "name": {"first_name": MARKER, "Surname": MARKER},
    "DOB": MARKER,
    "alerts": [MARKER],
}
OPENAPI = {
    "openapi": "3.0.0",
    "paths": {
        "/about": {"get": {"responses": {}}},
        "/pupils": {"get": {"responses": {"200": {"$ref": "#/components/responses/Pupils"}}}},
    },
    "components": {
        "responses": {"Pupils": {"schema": {"items": {"$ref": "#/components/schemas/Pupil"}}}},
        "schemas": {"Pupil": {"properties": {"upn": {}, "surname": {}, "forename": {}, "dob": {}}}},
    },
}


def made(address: str, shape: SampleShape) -> Draft:
    answers = Answers("my-source", 'The "Old" Clinic\n', Sector.HEALTH, "01632 960001", address)
    return draft(answers, shape)


def drafted(address: str, shape: SampleShape) -> str:
    text = made(address, shape).text
    manifest_of(text)
    assert MARKER not in text
    return text


async def checked(folder: Path, drafted: Draft) -> list[str]:
    """The rules below "exemplary" that a draft does not keep where it was written."""
    (folder / "draft.toml").write_text(drafted.text)
    for name, content in drafted.files.items():
        (folder / name).write_bytes(content)
    manifest = read_manifest(folder / "draft.toml")
    verdicts = await check_offline(manifest, folder, lambda: NOW)
    return [one.rule for one in verdicts if one.passed is False and one.level != Level.EXEMPLARY]


def written(folder: Path, name: str, content: Any) -> Path:
    file = folder / name
    file.write_text(content if isinstance(content, str) else json.dumps(content))
    return file


@pytest.mark.parametrize(
    ("address", "kind"),
    [("https://a.example", "rest"), ("file:///srv/exports", "file"), ("postgresql://db", "sql")],
)
def test_five_answers_make_a_manifest_that_loads(address: str, kind: str) -> None:
    manifest = manifest_of(drafted(address, SampleShape()))
    source, agency = manifest.source, manifest.agency
    assert (manifest.kind, source.id, source.sector) == (kind, "my-source", Sector.HEALTH)
    assert (agency.name, agency.duty_contact.telephone) == ('The "Old" Clinic', "01632 960001")


def test_a_sample_reply_shows_where_its_fields_are(tmp_path: Path) -> None:
    shape = shape_of(written(tmp_path, "a.json", {"data": {"children": [CHILD]}}))
    manifest = manifest_of(drafted("https://a.example", shape))
    mapped = manifest.operation[0].map
    assert manifest.operation[0].records == "body.data.children"
    assert mapped.nhs_number is not None
    assert mapped.nhs_number.path == '"NHS No"'
    assert mapped.family_name is not None
    assert mapped.family_name.path == "name.Surname"
    assert [one.card.needs for one in manifest.operation] == [
        {"nhs_number"},
        {"family_name", "birth_date"},
    ]


@pytest.mark.parametrize("address", ["https://a.example", "file:///srv", "sqlite:////srv/a.db"])
def test_a_header_of_columns_makes_a_manifest_of_any_kind(tmp_path: Path, address: str) -> None:
    rows = f"Id,NHS No,Surname,First Name,DOB\n{MARKER},{MARKER},{MARKER},{MARKER},{MARKER}\n"
    mapped = (
        manifest_of(drafted(address, shape_of(written(tmp_path, "a.csv", rows)))).operation[0].map
    )
    columns = [mapped.record_id, mapped.nhs_number, mapped.family_name, mapped.birth_date]
    assert [each and each.path for each in columns] == ["Id", '"NHS No"', "Surname", "DOB"]


@pytest.mark.parametrize("column", ["nhs'''Number", "nhs\rNumber", "nhs'--Number"])
def test_a_column_of_any_name_stays_within_its_statement(column: str) -> None:
    child = dict.fromkeys((column, "surname", "dob"), "x")
    shape = shape_of_text("sample.json", json.dumps([child]))
    answers = Answers("clinic", "Clinic", Sector.HEALTH, "01632 960100", "postgresql://db/a")
    (by_number, _) = tomllib.loads(draft(answers, shape).text)["operation"]
    assert by_number["sql"].endswith(" = :nhs_number")


def test_a_databases_tables_are_looked_through_for_people(tmp_path: Path) -> None:
    file = tmp_path / "a.db"
    with closing(sqlite3.connect(file)) as database:
        database.execute("CREATE TABLE place (id, street)")
        database.execute("CREATE TABLE person (person_id, nhs_number, surname, date_of_birth)")
        database.execute("INSERT INTO person VALUES (?, ?, ?, ?)", (MARKER,) * 4)
        database.commit()
    text = drafted("sqlite:////srv/a.db", shape_of(file))
    assert "SELECT * FROM person WHERE nhs_number = :nhs_number" in text


async def test_a_bare_list_is_a_reply_and_its_draft_passes_its_own_examples(tmp_path: Path) -> None:
    shape = shape_of(written(tmp_path, "a.json", [CHILD]))
    assert shape.records == "body"
    assert await checked(tmp_path, made("https://a.example", shape)) == OPEN


def test_an_openapi_document_shows_which_path_answers_with_people(tmp_path: Path) -> None:
    text = drafted("https://a.example", shape_of(written(tmp_path, "a.json", OPENAPI)))
    assert 'path = "/pupils"' in text
    assert 'upn = { path = "upn", as = "upn" }' in text


PUPIL: Final = {"$ref": "#/components/schemas/Pupil"}


def openapi(pupil: object, *, paths: int = 1) -> str:
    """A document whose paths all answer with the same schema."""
    read = {"get": {"responses": {"200": {"schema": PUPIL}}}}
    document = {"openapi": "3.0.0", "paths": {f"/p{each}": read for each in range(paths)}}
    return json.dumps({**document, "components": {"schemas": {"Pupil": pupil}}})


def test_a_schema_may_be_made_of_others_and_refer_to_itself() -> None:
    named = {"properties": {"surname": {}, "dob": {}, "siblings": {"items": PUPIL}}}
    shape = shape_of_text("api.json", openapi({"allOf": [PUPIL, named], **PUPIL}))
    assert shape.fields == {"family_name": "surname", "birth_date": "dob"}


@pytest.mark.parametrize(
    ("pupil", "paths"),
    [
        ({"properties": {str(each): dict(PUPIL) for each in range(60)}}, 1),
        ({"enum": ["x"] * 1000}, 20_000),
    ],
)
def test_a_document_whose_parts_refer_to_each_other_is_not_followed_without_end(
    pupil: object, paths: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sample_shape, "_MOST_LOOKS", 30_000)
    with cheap(2), pytest.raises(SampleUnreadable, match=r"no path|too much"):
        shape_of_text("api.json", openapi(pupil, paths=paths))


def test_a_fhir_capability_statement_makes_a_fhir_manifest(tmp_path: Path) -> None:
    shape = shape_of(written(tmp_path, "a.json", {"resourceType": "CapabilityStatement"}))
    assert 'kind = "fhir"' in drafted("https://a.example/fhir", shape)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.json", "[1, 2]"),
        ("a.json", []),
        ("a.json", MARKER),
        ("b.json", {"openapi": "3.0.0"}),
        ("c.bin", "x"),
    ],
)
def test_a_sample_of_no_known_form_is_refused_without_an_echo(
    tmp_path: Path, name: str, content: Any
) -> None:
    with pytest.raises(SampleUnreadable) as caught:
        shape_of(written(tmp_path, name, content))
    assert MARKER not in str(caught.value)


OPEN: list[str] = [KitRule.HOURS, KitRule.RELEASE]  # what only a person can answer
COLUMNS = {"personId": "1", "NHS No": "2", "Surname": "3", "First Name": "4", "DOB": "5"}


@pytest.mark.parametrize("address", ["https://a.example", "file:///srv", "sqlite:////srv/a.db"])
async def test_a_draft_passes_its_own_examples(tmp_path: Path, address: str) -> None:
    assert await checked(tmp_path, made(address, SampleShape())) == OPEN


@pytest.mark.parametrize("sample", [{"data": {"children": [CHILD]}}, {"items": [COLUMNS]}, CHILD])
async def test_a_draft_from_a_reply_passes_its_own_examples(tmp_path: Path, sample: Any) -> None:
    shape = shape_of(written(tmp_path, "a.json", sample))
    draft = made("https://a.example", shape)
    assert MARKER.encode() not in b"".join(draft.files.values())
    assert await checked(tmp_path, draft) == OPEN


async def test_a_draft_from_a_header_passes_its_own_examples(tmp_path: Path) -> None:
    header = ",".join(COLUMNS) + "\n"
    shape = shape_of(written(tmp_path, "a.csv", header))
    assert await checked(tmp_path, made("file:///srv", shape)) == OPEN


async def test_a_draft_of_a_fhir_server_passes_its_own_examples(tmp_path: Path) -> None:
    shape = shape_of(written(tmp_path, "a.json", {"resourceType": "CapabilityStatement"}))
    assert await checked(tmp_path, made("https://a.example/fhir", shape)) == OPEN


def test_a_draft_for_a_plugin_names_it() -> None:
    manifest = manifest_of(drafted("plugin:card-index", SampleShape()))
    assert manifest.plugin is not None
    assert manifest.plugin.use == "card-index"
    assert manifest.operation[0].by == ("nhs_number",)


async def test_a_postgresql_databases_tables_are_looked_through_for_people(
    postgres: Postgres,
) -> None:
    postgres.run("CREATE DATABASE drafted")
    tables = (
        "CREATE SCHEMA care; CREATE TABLE care.client (client_id int, nhs_no text, surname text,"
    )
    postgres.run(
        f"{tables} forename text, dob date); CREATE TABLE street (surname text)", "drafted"
    )
    postgres.run(f"INSERT INTO care.client VALUES (1, '{MARKER}', '{MARKER}')", "drafted")
    text = drafted("postgresql://db", await shape_of_database(postgres.dsn("drafted")))
    assert "SELECT * FROM care.client WHERE nhs_no = :nhs_number" in text


async def test_a_database_that_cannot_be_reached_is_named_without_its_address() -> None:
    with pytest.raises(SampleUnreadable, match="the database cannot be read") as caught:
        await shape_of_database(f"postgresql://me:{MARKER}@127.0.0.1:1/x")
    assert MARKER not in str(caught.value)
