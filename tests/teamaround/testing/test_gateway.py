"""Whoever writes a source sees in a test what a practitioner would see."""

import asyncio
import sys
from base64 import urlsafe_b64decode
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any, Final

import orjson
import pytest
import structlog
from aiohttp import web
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from teamaround.testing import (
    QuestionRefused,
    Sector,
    SourceRaised,
    SourceUnusable,
    ask_once,
    assert_conforms,
    gateway_around,
)
from teamaround.testing.operator_files import TriedSource
from tests.support.agencies import MIRA, TEST_PERSON, AgencyServer, rest_source
from tests.support.docs.verifier import base_of, check
from tests.support.loopback import serving

WRITTEN: Final = "https://school.example"
KNOWN: Final[Mapping[str, Any]] = {
    "nhsNumber": MIRA["nhs"],
    "givenNames": [MIRA["given"]],
    "familyName": MIRA["family"],
    "birthDate": MIRA["born"],
}
STRANGER: Final = {**KNOWN, "nhsNumber": "9990000018", "familyName": "Hill"}
RAISING: Final = """
class Raising:
    async def ask(self, question):
        raise ZeroDivisionError("the author's own mistake")

    async def aclose(self):
        pass


async def open_source(opening):
    return Raising()
"""
_DATABASE: Final = """
manifest = 1
kind = "sql"
[source]
id = "clinic"
agency = "clinic"
sector = "HEALTH"
dsn = { file = "dsn" }
effects = "none"
[agency]
name = "Clinic"
areas = ["E09990001"]
duty_contact = { telephone = "01632 960321" }
[[operation]]
name = "by-number"
conclusive = true
sql = "SELECT '7' AS record_id, :nhs_number AS nhs_number, 'Ashdown' AS surname, 'Mira' AS name"
  [operation.map]
  record_id = "record_id"
  nhs_number = "nhs_number"
  family_name = "surname"
  given_names = "name"
[[release]]
classes = ["IDENTITY"]
to = { sectors = ["SOCIAL_CARE"], roles = ["practitioner"] }
purposes = ["SAFEGUARDING"]
until = 2099-12-31
"""


@pytest.fixture
def manifest(tmp_path: Path) -> Path:
    """A school's manifest as it is in production, with an address that is nowhere."""
    file = tmp_path / "school.toml"
    file.write_text(rest_source("school", WRITTEN).manifest)
    return file


async def outcome(manifest: Path, known: Mapping[str, Any], **more: Any) -> str:
    async with serving(AgencyServer().answer) as url:
        moved = {WRITTEN: url}
        person = more.pop("test_person", TEST_PERSON)
        async with gateway_around(manifest, moved=moved, test_person=person) as gateway:
            return (await gateway.ask(known, **more)).outcome


async def test_a_child_at_the_school_is_found_with_her_social_worker(manifest: Path) -> None:
    async with (
        serving(AgencyServer().answer) as url,
        gateway_around(manifest, moved={WRITTEN: url}) as gateway,
    ):
        answer = await gateway.ask(KNOWN)
    assert answer.outcome == "HAS_RECORD", str(answer)
    assert answer.row["involvements"][0]["practitioner"]["name"] == "Jo Hart"
    assert answer.child is not None
    assert answer.child["addresses"][0]["postcode"] == "ZE1 0AA"
    assert answer.failures == ()


@pytest.fixture
def together(manifest: Path) -> Path:
    """The same manifest, of a school that takes one signature for several requests."""
    text = manifest.read_text().replace("effects = ", 'signature = "together"\neffects = ', 1)
    manifest.write_text(text)
    return manifest


async def test_the_author_checks_who_asked_as_the_system_will(together: Path) -> None:
    seen: list[web.Request] = []

    async def before(request: web.Request) -> None:
        seen.append(request)

    async with (
        serving(AgencyServer(before=before).answer) as url,
        gateway_around(together, moved={WRITTEN: url}) as gateway,
    ):
        assert (await gateway.ask(KNOWN)).outcome == "HAS_RECORD"
        (published,) = orjson.loads(gateway.on_behalf_keys)["keys"]
    headers = {name.lower(): value for name, value in seen[0].headers.items()}
    base = base_of("GET", headers["host"] + seen[0].raw_path, headers)
    key = Ed25519PublicKey.from_public_bytes(urlsafe_b64decode(published["x"] + "="))
    check(key, base, headers)
    with pytest.raises(InvalidSignature):
        check(key, base.replace(b"teamaround-testing", b"somebody-else"), headers)


async def test_nobody_is_absent_until_the_system_is_seen_to_find_somebody(manifest: Path) -> None:
    assert await outcome(manifest, STRANGER) == "NO_RECORD"
    assert await outcome(manifest, STRANGER, test_person={}) == "NONE_FOUND"


async def test_of_a_restricted_child_the_school_has_nothing_to_share(manifest: Path) -> None:
    assert await outcome(manifest, KNOWN, restricted=True) == "NOTHING_TO_SHARE"


async def test_whom_no_release_rule_names_is_not_told(manifest: Path) -> None:
    assert await outcome(manifest, KNOWN, sector=Sector.POLICE) == "NOT_PERMITTED"


async def test_a_school_is_asked_by_a_number_that_the_register_knows(tmp_path: Path) -> None:
    manifest = tmp_path / "school.toml"
    by_upn = rest_source("school", WRITTEN, by=[("by-upn", 'upn = "{upn}"', True)])
    manifest.write_text(by_upn.manifest)
    assert await outcome(manifest, KNOWN) == "MORE_NEEDED"
    assert await outcome(manifest, KNOWN, learned={"upn": MIRA["upn"]}) == "HAS_RECORD"


async def test_a_reply_that_cannot_be_read_is_told_with_its_rule(manifest: Path) -> None:
    async def half(_: web.Request) -> web.Response:
        return web.Response(text='{"children": [', content_type="application/json")

    async with (
        serving(half) as url,
        gateway_around(manifest, moved={WRITTEN: url}) as gateway,
    ):
        answer = await gateway.ask(KNOWN)
    assert answer.outcome == "INVALID_RESPONSE"
    assert [line.split(";")[0] for line in answer.failures] == ["INVALID_RESPONSE: json"]
    assert "INVALID_RESPONSE: json" in str(answer)


async def test_a_detail_that_the_schema_does_not_have_is_refused(manifest: Path) -> None:
    async with gateway_around(manifest) as gateway:
        with pytest.raises(QuestionRefused, match=r"^VARIABLES_INVALID: .*nhsNumber"):
            await gateway.ask({"nhs_number": MIRA["nhs"]})


def plugin(folder: Path, monkeypatch: pytest.MonkeyPatch, code: str) -> Path:
    """The manifest of a plugin of this code, which is installed as pip leaves one."""
    (folder / "raising_plugin.py").write_text(code)
    told = folder / "raising_plugin-1.dist-info"
    told.mkdir()
    (told / "METADATA").write_text("Metadata-Version: 2.1\nName: raising-plugin\nVersion: 1\n")
    (told / "entry_points.txt").write_text(
        "[teamaround.adapters]\nraising = raising_plugin:open_source\n"
        "[teamaround.replays]\nraising = raising_plugin:open_source\n"
    )
    monkeypatch.syspath_prepend(folder)
    monkeypatch.delitem(sys.modules, "raising_plugin", raising=False)
    manifest = folder / "raising.toml"
    manifest.write_text(
        _DATABASE.replace('kind = "sql"', 'kind = "plugin"')
        .replace('dsn = { file = "dsn" }\n', "")
        .replace("[[operation]]", '[plugin]\nuse = "raising"\n[[operation]]')
        .replace("sql = \"SELECT '7' AS", "by = [\"nhs_number\"] # SELECT '7' AS")
    )
    return manifest


async def test_a_plugin_that_raises_while_it_is_closed_keeps_nothing_from_closing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = RAISING.replace("pass", "raise RuntimeError")
    async with gateway_around(plugin(tmp_path, monkeypatch, code)) as gateway:
        site = gateway.site
    assert not site.register.file.exists()


async def test_what_a_plugin_raises_is_shown_to_its_author(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with gateway_around(plugin(tmp_path, monkeypatch, RAISING)) as gateway:
        with pytest.raises(SourceRaised) as raised:
            await gateway.ask(KNOWN)
    assert isinstance(raised.value.__cause__, ZeroDivisionError)


def test_a_test_that_is_no_coroutine_asks_once(tmp_path: Path) -> None:
    manifest = tmp_path / "clinic.toml"
    manifest.write_text(_DATABASE)
    (tmp_path / "clinic.sqlite").touch()
    answer = ask_once(manifest, KNOWN, secrets={"dsn": f"sqlite:///{tmp_path}/clinic.sqlite"})
    assert answer.outcome == "HAS_RECORD", str(answer)


async def test_where_a_loop_runs_asking_once_says_what_to_use(manifest: Path) -> None:
    with pytest.raises(RuntimeError, match="async with gateway_around"):
        ask_once(manifest, KNOWN)


def test_an_origin_that_the_manifest_does_not_say_is_named(manifest: Path) -> None:
    with pytest.raises(SourceUnusable, match=r"school\.toml does not say https://scool\.example"):
        ask_once(manifest, KNOWN, moved={"https://scool.example": "http://127.0.0.1:1"})


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({}, "secrets: dsn was not given"),
        ({"dns": "x"}, "secrets: dsn was not given; the manifest names no dns"),
        ({"dsn": "x"}, "the dsn is no database address"),
    ],
)
def test_what_is_wrong_with_the_secrets_is_said(
    tmp_path: Path, given: Mapping[str, str], said: str
) -> None:
    manifest = tmp_path / "clinic.toml"
    manifest.write_text(_DATABASE)
    with pytest.raises(SourceUnusable, match=f"^{said}$"):
        ask_once(manifest, KNOWN, secrets=given)


def test_a_manifest_that_is_not_there_is_named() -> None:
    with pytest.raises(SourceUnusable, match=r"^nowhere\.toml: cannot be read"):
        ask_once("nowhere.toml", KNOWN)


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("import nothing_there", "cannot be loaded: ModuleNotFoundError at raising_plugin.py:1"),
        ("def open_source(opening): return 3", "does not open: TypeError"),
        ("async def open_source(opening): raise KeyError", "does not open: KeyError"),
        ("async def open_source(opening): return 3", "opens has no method ask"),
    ],
)
async def test_why_a_plugin_does_not_open_is_shown_with_what_it_raised(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: str, said: str
) -> None:
    manifest = plugin(tmp_path, monkeypatch, code)
    with pytest.raises(SourceUnusable, match=said):
        async with gateway_around(manifest):
            pass
    with pytest.raises(AssertionError, match=said):
        assert_conforms(manifest)


async def test_no_variable_of_whoever_tests_leads_to_another_store(
    manifest: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    real = tmp_path / "production"
    for name in ("STATE", "FILES__STATE"):
        monkeypatch.setenv(f"TEAMAROUND_{name}", str(real))
    for name in ("LOG_DSN", "LOG__DSN"):
        monkeypatch.setenv(f"TEAMAROUND_{name}", "postgresql://production.example/log")
    assert await outcome(manifest, KNOWN) == "HAS_RECORD"
    assert not real.exists()


async def test_nothing_is_left_behind_and_the_authors_logging_is_as_it_was(
    manifest: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(temporary))
    configured, before = structlog.is_configured(), [*structlog.get_config()["processors"]]
    found = await asyncio.gather(outcome(manifest, KNOWN), outcome(manifest, STRANGER))
    assert list(found) == ["HAS_RECORD", "NO_RECORD"]
    assert (structlog.is_configured(), structlog.get_config()["processors"]) == (configured, before)
    assert not any(temporary.iterdir())


async def test_one_gateway_is_asked_about_several_children_and_each_anew(manifest: Path) -> None:
    school = AgencyServer()
    async with (
        serving(school.answer) as url,
        gateway_around(manifest, moved={WRITTEN: url}, test_person=TEST_PERSON) as gateway,
    ):
        both = await asyncio.gather(gateway.ask(KNOWN), gateway.ask(STRANGER))
        school.children = ()
        gone = await gateway.ask(KNOWN)
    assert [answer.outcome for answer in (*both, gone)] == ["HAS_RECORD", "NO_RECORD", "NO_RECORD"]


async def test_details_may_be_written_as_python_and_people_write_them(manifest: Path) -> None:
    written = {**KNOWN, "nhsNumber": "900 000 0009", "birthDate": date(2015, 3, 9)}
    assert await outcome(manifest, {**written, "givenNames": MIRA["given"]}) == "HAS_RECORD"


def test_no_secret_of_a_test_is_shown_where_the_test_fails() -> None:
    assert "open-sesame" not in repr(TriedSource(Path("a.toml"), secrets={"key": "open-sesame"}))
