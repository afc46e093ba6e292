"""The command says in one message what to change, and ends with status 2."""

import asyncio
import json
import re
import socket
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any, Final

import pytest

from gateway.config.settings import Settings
from gateway.identity.development_token import development_key, issue
from tests.support.agencies import AUTHORITY, AgencyServer, SourceFile, rest_source
from tests.support.command_here import Ran, here
from tests.support.loopback import serving
from tests.support.patience import patiently
from tests.support.served_gateway import COMMAND, environment, settings_file
from tests.support.spoilt_files import Spoil, change, make_folder, write
from tests.support.town import KNOWN, PRACTITIONER, QUERY, REASON, settings_for

__all__ = ["here"]

SPINE: Final = rest_source("spine", "http://127.0.0.1:9", claims=AUTHORITY)
SCHEMA: Final = Path(__file__).parents[3] / "schema.graphql"


async def run(folder: Path, *arguments: str, **more: str) -> Ran:
    process = await asyncio.create_subprocess_exec(
        str(COMMAND),
        *arguments,
        cwd=folder,
        env=environment(folder, **more),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await patiently(process.communicate())
    return Ran(process.returncode or 0, out.decode(), err.decode())


def town(folder: Path, *sources: SourceFile) -> Settings:
    settings = settings_for(folder, sources or (SPINE,))
    development_key(settings)
    return settings


def ask_for_a_secret(folder: Path) -> None:
    scheme = 'scheme = "bearer"\ntoken = { file = "token" }'
    change("manifests/spine.toml", 'scheme = "none"', scheme)(folder)


BOUND: Final = (
    '{ organisations = ["northbrook"], sectors = ["SOCIAL_CARE"], roles = [], purposes = [],'
    " areas = [] }"
)


def go_to_production(folder: Path) -> None:
    change("settings.toml", '"development"', '"production"')(folder)
    change("settings.toml", "may_assert = []", f"may_assert = {BOUND}")(folder)
    change("settings.toml", "max_tokens", 'allow = "free"\nmax_tokens')(folder)


def vouch_for_anybody(folder: Path) -> None:
    go_behind_a_proxy(folder)
    change("settings.toml", f"may_assert = {BOUND}", "may_assert = []")(folder)


def go_behind_a_proxy(folder: Path) -> None:
    go_to_production(folder)
    change("settings.toml", "ends_at_proxy = false", "ends_at_proxy = true")(folder)


SPOILT: Final[dict[str, tuple[Spoil, str]]] = {
    "an unknown setting": (change("settings.toml", "port", "prot"), "prot"),
    "a setting of a wrong kind": (change("settings.toml", "port = 0", 'port = "x"'), "port"),
    "settings that are no TOML": (write("settings.toml", b"port ="), "settings.toml"),
    "settings that are a folder": (make_folder("settings.toml"), "settings.toml"),
    "an operator's file that is no TOML": (write("operator.toml", b"[["), "operator.toml"),
    "an operator's file with an unknown key": (
        change("operator.toml", "origins", "orgins"),
        "grant[0].orgins",
    ),
    "a source without a grant": (
        change("operator.toml", 'source = "spine"', 'source = "other"'),
        "no [[grant]]",
    ),
    "a manifest that is no TOML": (write("manifests/spine.toml", b"\xff\xfe"), "spine.toml"),
    "a manifest that is a folder": (make_folder("manifests/spine.toml"), "spine.toml"),
    "a manifest with an unknown key": (
        change("manifests/spine.toml", "timeout =", "timeuot ="),
        "timeuot",
    ),
    "two manifests of one source": (
        lambda folder: write(
            "manifests/twin.toml", (folder / "manifests" / "spine.toml").read_bytes()
        )(folder),
        "two manifests are of source spine",
    ),
    "no manifest": (lambda folder: (folder / "manifests" / "spine.toml").unlink(), "*.toml"),
    "a missing secret": (ask_for_a_secret, "token"),
    "an origin that was not granted": (
        change("operator.toml", "http://127.0.0.1:9", "http://127.0.0.1:8"),
        "spine.toml",
    ),
    "token keys that are none": (write("state/token-keys.json", b"{}"), "token-keys.json"),
    "a development key that is none": (
        write("state/development-token-key.json", b"{}"),
        "development-token-key.json",
    ),
    "a log that is none": (write("state/audit.sqlite", b"not a log" * 1000), "audit.sqlite"),
    "epoch keys that are none": (write("state/epochs/epoch-1.json", b"{}"), "epoch-1.json"),
    "a development key in production": (go_behind_a_proxy, "production refuses"),
    "questions in the clear in production": (go_to_production, "ends_at_proxy = true"),
    "an issuer that may vouch for anybody in production": (
        vouch_for_anybody,
        "[tokens.may_assert]",
    ),
}


@pytest.mark.parametrize("what", SPOILT)
def test_it_does_not_start_with(tmp_path: Path, here: Callable[..., Ran], what: str) -> None:
    spoil, named = SPOILT[what]
    file = settings_file(tmp_path, town(tmp_path))
    spoil(tmp_path)
    ran = here("serve", "--settings", str(file))
    assert ran.status == 2
    assert named in ran.err
    assert ran.out == ""


async def test_a_process_that_does_not_start_says_why_and_shows_no_trace(tmp_path: Path) -> None:
    file = settings_file(tmp_path, town(tmp_path))
    change("settings.toml", "port", "prot")(tmp_path)
    ran = await run(tmp_path, "serve", "--settings", str(file))
    assert (ran.status, ran.out) == (2, "")
    assert re.match(
        rf"{re.escape(str(file))}:\d+: server\.prot: unknown key; did you mean port\?", ran.err
    )


def test_it_does_not_start_where_another_listens(tmp_path: Path, here: Callable[..., Ran]) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        port = taken.getsockname()[1]
        file = settings_file(tmp_path, town(tmp_path), server__port=port)
        ran = here("serve", "--settings", str(file))
    assert ran.status == 75
    assert f"127.0.0.1:{port}" in ran.err


@pytest.mark.parametrize("environment", ["development", "production"])
def test_it_does_not_start_where_it_cannot_keep_its_state(
    tmp_path: Path, here: Callable[..., Ran], environment: str
) -> None:
    settings = town(tmp_path)
    keys = tmp_path / "keys.json"
    keys.write_text(settings.tokens.keys.read_text().replace("teamaround-development", "issuer"))
    more: dict[str, Any] = {"files__state": tmp_path / "operator.toml", "tokens__keys": keys}
    more |= {"tls__ends_at_proxy": True, "documents__allow": "free"}
    file = settings_file(tmp_path, settings, environment=environment, **more)
    change("settings.toml", "may_assert = []", f"may_assert = {BOUND}")(tmp_path)
    ran = here("serve", "--settings", str(file))
    assert ran.status == 2
    assert "operator.toml" in ran.err


TOKEN: Final = (
    *("token", "--user", "s.worker", "--organisation", "northbrook", "--sector", "SOCIAL_CARE"),
    *("--role", "practitioner", "--purpose", "SAFEGUARDING", "--area", "E09990001"),
)


def test_a_token_is_issued_in_development(tmp_path: Path, here: Callable[..., Ran]) -> None:
    file = settings_file(tmp_path, town(tmp_path))
    ran = here(*TOKEN, "--settings", str(file))
    assert (ran.status, ran.err) == (0, "")
    assert ran.out.count(".") == 2


async def test_no_token_is_issued_in_production(tmp_path: Path) -> None:
    ran = await run(tmp_path, *TOKEN, TEAMAROUND_ENVIRONMENT="production")
    assert ran.status == 2
    assert "only with environment = development" in ran.err
    assert ran.out == ""


async def test_the_schema_is_printed_as_it_is_kept(tmp_path: Path) -> None:
    ran = await run(tmp_path, "schema")
    assert (ran.status, ran.out) == (0, SCHEMA.read_text())


def question(folder: Path, settings: Settings, variables: object) -> tuple[str, ...]:
    """Write a question's files; the arguments that explain it."""
    token = issue(PRACTITIONER, settings, now=time.time(), lifetime_s=60)
    files = {"query.graphql": QUERY, "variables.json": json.dumps(variables), "token": token}
    for name, content in files.items():
        (folder / name).write_text(content)
    named = (str(folder / name) for name in files)
    query, values, bearer = named
    file = str(settings_file(folder, settings))
    return "explain", query, "--variables", values, "--token", bearer, "--settings", file


async def test_explain_prints_plan_and_verdicts_and_asks_nobody(tmp_path: Path) -> None:
    agency_server = AgencyServer()
    async with serving(agency_server.answer) as url:
        settings = town(
            tmp_path,
            rest_source("spine", url, claims=AUTHORITY),
            rest_source("silent", url, classes=()),
        )
        asked = question(tmp_path, settings, {"known": KNOWN, "reason": REASON})
        ran = await run(tmp_path, *asked)
    assert (ran.status, ran.err) == (0, "")
    assert "wave 1  spine / spine: by-number" in ran.out
    assert "spine gives CONTACT, IDENTITY, INVOLVEMENT, LOCATION" in ran.out
    assert "silent gives nothing: it will not be asked" in ran.out
    assert agency_server.asked == []
    assert not (settings.files.state / "audit.sqlite").exists()


@pytest.mark.parametrize(
    ("variables", "code"),
    [
        ({"known": {"nhsNumber": KNOWN["nhsNumber"]}, "reason": REASON}, "KNOWN_DETAILS_TOO_FEW"),
        ({"known": {**KNOWN, "nhsNumber": "9000000008"}, "reason": REASON}, "VARIABLES_INVALID"),
        ([], "variables.json"),
        ("Jonah", "variables.json"),
    ],
)
def test_explain_says_what_to_change_in_a_question(
    tmp_path: Path, here: Callable[..., Ran], variables: object, code: str
) -> None:
    ran = here(*question(tmp_path, town(tmp_path), variables))
    assert (ran.status, ran.out) == (2, "")
    assert code in ran.err
    assert "9000000008" not in ran.err


@pytest.mark.parametrize(
    ("name", "spoil"),
    [
        ("variables.json", write("variables.json", b"{")),
        ("query.graphql", write("query.graphql", b"\xff")),
        ("token", make_folder("token")),
    ],
)
def test_explain_names_the_file_that_it_cannot_read(
    tmp_path: Path, here: Callable[..., Ran], name: str, spoil: Callable[[Path], None]
) -> None:
    asked = question(tmp_path, town(tmp_path), {})
    spoil(tmp_path)
    ran = here(*asked)
    assert (ran.status, ran.out) == (2, "")
    assert str(tmp_path / name) in ran.err


def test_no_token_is_issued_for_longer_than_the_gateway_takes(here: Callable[..., Ran]) -> None:
    assert here(*TOKEN, "--lifetime-s", str(12 * 3600 + 1)).status == 2
