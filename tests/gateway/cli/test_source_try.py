"""`teamaround source try`: an agency's IT person sees what happened; no secret, no child."""

import asyncio
import json
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from typer.testing import CliRunner

from gateway.cli.commands.source import source
from tests.support.adapters.asking import manifest_text
from tests.support.loopback import Handler, serving
from tests.support.secret_files import write_secret

TEST_UPN = "Z999200001001"
SECRET = "s3cret-of-ours"
OPERATION = """
[[operation]]
name = "by-upn"
path = "/pupils/{upn}"
conclusive = true
absent = "status == `404` && body.code == 'NO_SUCH_PUPIL'"
records = "body.pupils"
[operation.map]
upn = "id.upn"
family_name = "surname"
birth_date = { path = "dob", as = "date" }
[[operation.involvement]]
each = "teachers"
practitioner = "name"
"""
LOGIN = """
[auth]
scheme = "client_credentials"
token_url = "{base}/token"
client_id = {{ file = "id" }}
client_secret = {{ file = "secret" }}
"""
ANN = {
    "id": {"upn": TEST_UPN},
    "surname": "Hill",
    "dob": "2014-02-01",
    "teachers": [{"name": "Jo"}],
}
OPERATOR = """
log_origin = "teamaround.example/test"
[shield_team]
name = "Shield team"
telephone = "01632 960999"
[[area]]
code = "E09990001"
name = "Northbrook"
[[grant]]
source = "some-source"
agency = "some-agency"
claims = ["conclusive"]
origins = ["{origin}"]
"""


class School:
    """A school's system with a login; `pupil` is what it says of everybody."""

    def __init__(self, pupil: Any = None, status: int = 200, token_status: int = 200) -> None:
        self.body: dict[str, Any] = {"pupils": [ANN if pupil is None else pupil], "9990000018": 1}
        self.status = status
        self.token_status = token_status
        self.asked: list[str] = []

    async def answer(self, request: web.Request) -> web.Response:
        self.asked.append(request.path)
        if request.path == "/token":
            token = {"access_token": "token-of-theirs", "token_type": "bearer", "expires_in": 60}
            return web.json_response(token, status=self.token_status)
        return web.json_response(self.body, status=self.status)


async def tried(
    folder: Path, handler: Handler, *words: str, rest: str = OPERATION + LOGIN
) -> tuple[int, str]:
    """The exit status of `source try`, and what it prints."""
    async with serving(handler) as base:
        text = manifest_text("rest", base, rest=rest.replace("{base}", base))
        return await typed(folder, text.replace("{{", "{").replace("}}", "}"), base, *words)


async def typed(folder: Path, manifest: str, origin: str, *words: str) -> tuple[int, str]:
    file, operator = folder / "source.toml", folder / "operator.toml"
    file.write_text(manifest)
    operator.write_text(OPERATOR.format(origin=origin))
    secrets = folder / "secrets"
    for name in ("id", "secret"):
        write_secret(secrets, "some-source", name, f"{SECRET}-{name}")
    given = [each for word in words for each in ("--given", word)]
    more = ["--operator", str(operator), "--secrets", str(secrets)]
    run = CliRunner().invoke
    done = await asyncio.to_thread(run, source, ["try", str(file), *given, *more])
    return done.exit_code, done.output


async def test_login_request_reply_reading_record_and_outcome_are_shown_in_order(
    tmp_path: Path,
) -> None:
    status, said = await tried(tmp_path, School().answer, f"upn={TEST_UPN}")
    titles = [line for line in said.splitlines() if not line.startswith(" ")]
    assert status == 0, said
    assert titles == [
        *("Login request", "Reply", "Request", "Reply", "Expressions of by-upn"),
        *("Reading record 1", "Record 1", "Outcome"),
    ]
    assert f"/pupils/{TEST_UPN}" in said
    assert "from path /pupils/{upn}" in said
    assert "body.pupils[].surname: text of 4" in said
    assert "records = body.pupils: found 1 item" in said
    assert "map.birth_date = dob: read from text of 10" in said
    assert "birth_date: 2014-02-01" in said
    assert "HAS_RECORD" in said


async def test_no_secret_and_no_token_is_shown(tmp_path: Path) -> None:
    _, said = await tried(tmp_path, School().answer, f"upn={TEST_UPN}")
    assert "client_secret" not in said
    assert "Authorization: ***" in said
    for secret in (SECRET, "token-of-theirs"):
        assert secret not in said


async def test_a_key_that_may_be_a_childs_number_is_not_shown(tmp_path: Path) -> None:
    _, said = await tried(tmp_path, School().answer, f"upn={TEST_UPN}")
    assert "body: object, 1 other key" in said
    assert "9990000018" not in said


async def test_a_number_that_may_be_somebodys_is_refused_before_anything_is_sent(
    tmp_path: Path,
) -> None:
    school = School()
    status, said = await tried(tmp_path, school.answer, "upn=H801200001001")
    assert (status, school.asked) == (2, [])
    assert "may be a person's" in said
    assert "H801200001001" not in said
    assert TEST_UPN in said


async def test_values_of_whoever_is_not_known_to_be_a_test_child_are_not_shown(
    tmp_path: Path,
) -> None:
    for upn in (None, "H801200001001"):
        school = School({**ANN, "id": {"upn": upn}, "surname": "Thistlewood"})
        _, said = await tried(tmp_path, school.answer, f"upn={TEST_UPN}")
        assert "cannot tell whose record this is" in said
        for value in ("Thistlewood", "2014-02-01", "Jo", "H801200001001"):
            assert value not in said


async def test_a_renamed_field_is_shown_beside_what_stands_there_now(tmp_path: Path) -> None:
    async def upgraded(request: web.Request) -> web.Response:
        if request.path == "/token":
            return await School().answer(request)
        return web.json_response({"results": [ANN], "count": 1})

    status, said = await tried(tmp_path, upgraded, f"upn={TEST_UPN}")
    assert status == 1
    assert "body.results: list of 1" in said
    assert "INVALID_RESPONSE: rule records at operation.by-upn.records" in said
    assert "write the path that the system has now" in said


async def test_a_wrong_date_says_what_it_is_not(tmp_path: Path) -> None:
    _, said = await tried(tmp_path, School({**ANN, "dob": "21.2.2014"}).answer, f"upn={TEST_UPN}")
    assert "map.birth_date = dob: unreadable: text of 9 is not a date" in said
    assert 'write as = "date", format = "%d.%m.%Y"' in said
    assert "incomplete: birth_date cannot be read as mapped" in said


async def test_what_is_mapped_and_never_there_is_named(tmp_path: Path) -> None:
    renamed = {"id": ANN["id"], "nachname": "Hill", "dob": "2014-02-01"}
    _, said = await tried(tmp_path, School(renamed).answer, f"upn={TEST_UPN}")
    _, after = said.split("Read from no record")
    assert "map.family_name = surname: nothing (null)" in after
    assert "body.pupils[].nachname: text of 4" in said


async def test_a_list_in_a_list_says_how_it_is_read(tmp_path: Path) -> None:
    async def nested(request: web.Request) -> web.Response:
        if request.path == "/token":
            return await School().answer(request)
        return web.json_response({"pupils": [[ANN]]})

    status, said = await tried(tmp_path, nested, f"upn={TEST_UPN}")
    assert status == 1
    assert "body.pupils[][].surname: text of 4" in said
    assert "End it with [] if a list is in a list" in said


async def test_a_login_that_is_refused_is_not_taken_for_a_refused_question(tmp_path: Path) -> None:
    status, said = await tried(tmp_path, School(token_status=401).answer, f"upn={TEST_UPN}")
    assert status == 1
    assert "REFUSED: refused at auth.token_url" in said


async def test_another_child_than_the_one_asked_for_is_told(tmp_path: Path) -> None:
    school = School({**ANN, "id": {"upn": "Q001200001001"}})
    _, said = await tried(tmp_path, school.answer, f"upn={TEST_UPN}")
    assert "INVALID_RESPONSE: every record has another number" in said


async def test_a_name_is_tried_only_where_an_example_gives_it(tmp_path: Path) -> None:
    by_name = OPERATION.replace("{upn}", "{family_name}").replace("conclusive = true", "")
    example = """
[[example]]
operation = "by-upn"
given = { family_name = "Hill" }
reply = "found.json"
expect = { family_name = "Hill", birth_date = "2014-02-01" }
"""
    school = School({**ANN, "id": None})
    status, said = await tried(tmp_path, school.answer, "family_name=Low", rest=by_name + example)
    assert (status, school.asked) == (2, [])
    assert "give what an [[example]] of the manifest gives" in said
    status, said = await tried(tmp_path, school.answer, "family_name=Hill", rest=by_name + example)
    assert status == 0, said
    assert "birth_date: 2014-02-01" in said


def clinic(folder: Path) -> str:
    with sqlite3.connect(folder / "clinic.db") as database:
        database.execute("CREATE TABLE patient (id, nhs_number, surname, born)")
        row = (71, "9990000018", "Hill", "2014-02-01")
        database.execute("INSERT INTO patient VALUES (?, ?, ?, ?)", row)
    database.close()
    return f"sqlite:///{folder}/clinic.db"


SQL = """
[[operation]]
name = "by-number"
sql = "SELECT id AS record_id, * FROM patient WHERE nhs_number = :nhs_number"
[operation.map]
record_id = "record_id"
nhs_number = "nhs_number"
family_name = "surname"
birth_date = "born"
"""
FILES = """
[file]
format = "csv"
dated = "roll-%Y%m%d.csv"
[[operation]]
name = "by-number"
file = "roll-*.csv"
by = ["nhs_number"]
[operation.map]
nhs_number = { path = "nhs", as = "nhs_number" }
family_name = "surname"
birth_date = "born"
"""


async def test_a_database_shows_statement_binds_columns_and_types(tmp_path: Path) -> None:
    address = clinic(tmp_path)
    write_secret(tmp_path / "secrets", "some-source", "dsn", address)
    text = manifest_text("sql", rest=SQL, source='dsn = { file = "dsn" }')
    status, said = await typed(tmp_path, text, address, "nhs_number=9990000018")
    assert status == 0, said
    assert "WHERE nhs_number = ?" in said
    assert "binds: ('9990000018',)" in said
    assert "rows[].born: text of 10" in said
    assert "NONE_FOUND" not in said
    _, said = await typed(tmp_path, text, address, "nhs_number=9990000026")
    assert "no row" in said
    assert "NONE_FOUND: operation by-number does not say conclusive = true" in said


async def test_that_nobody_is_found_is_told_as_what_it_proves(tmp_path: Path) -> None:
    school = School(status=404)
    school.body = {"code": "NO_SUCH_PUPIL"}
    status, said = await tried(tmp_path, school.answer, f"upn={TEST_UPN}")
    assert status == 0
    assert "absent = status == `404`" in said
    assert "NO_RECORD, while its data is younger than source.max_age" in said


async def test_files_show_which_was_chosen_its_columns_and_unreadable_keys(tmp_path: Path) -> None:
    folder = tmp_path / "files"
    folder.mkdir()
    rows = ["nhs,surname,born", "9990000018,Hill,2014-02-01", "n/a,Low,2013-01-01"]
    (folder / "roll-20261121.csv").write_text("nhs,surname,born\n9990000018,Old,2014-02-01\n")
    (folder / "roll-20261122.csv").write_text("\n".join(rows) + "\n")
    text = manifest_text("file", f"file://{folder}", rest=FILES)
    status, said = await typed(tmp_path, text, f"file://{folder}", "nhs_number=9990000018")
    assert status == 0, said
    assert "chosen roll-20261122.csv" in said
    assert "first.surname: text of 4" in said
    assert "2 rows looked at; nhs_number cannot be read in 1" in said
    assert "names: family Hill" in said
    assert json.dumps("Low") not in said


@pytest.mark.parametrize("word", ["upn", "=", ""])
async def test_what_is_no_key_and_value_says_how_to_write_it(word: str, tmp_path: Path) -> None:
    status, said = await tried(tmp_path, School().answer, word)
    assert status == 2
    assert "--given" in said
