"""The gateway logs in as each agency asks, once for many calls, and tells nobody its secrets."""

import asyncio
import base64
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from aiohttp import web
from joserfc import jwt
from joserfc.jwk import RSAKey

from adapters.contract.contract import Fault, Malformed, NoRecord, Refused, Reply, Unavailable
from adapters.network.egress import EgressRefused
from adapters.network.secrets import SecretMissing
from tests.support.adapters.asking import NOW, PUPIL, manifest_text, opened, question
from tests.support.loopback import serving
from tests.support.secret_files import open_to, write_secret

PREFIX = "TEAMAROUND_SOURCE_SOME_SOURCE_"
SECRETS = {f"{PREFIX}ID": "gateway", f"{PREFIX}SECRET": "s3cr:t"}
CREDENTIALS = f"""
[auth]
scheme = "client_credentials"
token_url = "BASE/token"
client_id = {{ env = "{PREFIX}ID" }}
client_secret = {{ env = "{PREFIX}SECRET" }}
scope = "roll.read"
"""


@dataclass
class School:
    """A school roll behind OAuth; its token endpoint gives `answers` in turn, the last for ever."""

    answers: list[tuple[int, object]] = field(
        default_factory=lambda: [(200, {"access_token": "t1", "expires_in": 300})]
    )
    forms: list[dict[str, str]] = field(default_factory=list)
    basic: list[str] = field(default_factory=list)
    seen: list[str] = field(default_factory=list)
    refuse: bool = False
    stale: str = ""

    async def token(self, request: web.Request) -> web.Response:
        self.forms.append({name: str(value) for name, value in (await request.post()).items()})
        self.basic.append(request.headers.get("Authorization", ""))
        status, body = self.answers[0] if len(self.answers) == 1 else self.answers.pop(0)
        await asyncio.sleep(0)
        return web.json_response(body, status=status)

    async def pupils(self, request: web.Request) -> web.Response:
        self.seen.append(request.headers.get("Authorization", ""))
        if self.refuse or (self.stale and self.seen[-1].endswith(self.stale)):
            return web.json_response({}, status=401)
        return web.json_response({"pupils": [], "total": 0})

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[str]:
        app = web.Application()
        app.router.add_post("/token", self.token)
        app.router.add_get("/pupils/{upn}", self.pupils)
        async with serving(app) as base:
            yield base


def guarded(base: str, auth: str = CREDENTIALS) -> str:
    return manifest_text("rest", base, rest=auth.replace("BASE", base) + PUPIL)


async def test_the_gateway_logs_in_with_its_client_secret() -> None:
    school = School()
    async with school.serving() as base, opened(guarded(base), environ=SECRETS) as adapter:
        assert await adapter.source.ask(question()) == NoRecord()
    assert school.seen == ["Bearer t1"]
    assert school.forms == [{"grant_type": "client_credentials", "scope": "roll.read"}]
    assert base64.b64decode(school.basic[0].removeprefix("Basic ")) == b"gateway:s3cr%3At"


async def test_many_questions_at_once_log_in_once() -> None:
    school = School()
    async with school.serving() as base, opened(guarded(base), environ=SECRETS) as adapter:
        replies = await asyncio.gather(*(adapter.source.ask(question()) for _ in range(20)))
    assert replies == [NoRecord()] * 20
    assert len(school.forms) == 1


async def test_one_question_given_up_does_not_end_the_login_of_another() -> None:
    school = School()
    async with school.serving() as base, opened(guarded(base), environ=SECRETS) as adapter:
        first = asyncio.create_task(adapter.source.ask(question()))
        second = asyncio.create_task(adapter.source.ask(question()))
        await asyncio.sleep(0)
        first.cancel()
        assert await second == NoRecord()


async def test_a_token_is_renewed_before_it_ends() -> None:
    school, now = School(), [NOW]

    def clock() -> datetime:
        return now[0]

    logins = []
    async with (
        school.serving() as base,
        opened(guarded(base), environ=SECRETS, clock=clock) as adapter,
    ):
        for seconds in (0, 289, 2):
            now[0] += timedelta(seconds=seconds)
            await adapter.source.ask(question())
            logins.append(len(school.forms))
    assert logins == [1, 1, 2]


async def test_a_token_that_the_school_refuses_is_dropped() -> None:
    school = School(refuse=True)
    async with school.serving() as base, opened(guarded(base), environ=SECRETS) as adapter:
        assert await adapter.source.ask(question()) == Refused()
        assert await adapter.source.ask(question()) == Refused()
    assert len(school.forms) == 2


async def asked_once_more(school: School, *, may_resend: bool = True, paced: bool = True) -> Reply:
    async def pace() -> bool:
        return paced

    async with school.serving() as base, opened(guarded(base), environ=SECRETS) as adapter:
        asked = replace(question(), may_resend=may_resend, pace=pace)
        return await adapter.source.ask(asked)


async def test_a_token_refused_in_use_is_fetched_anew_and_the_call_made_once_more() -> None:
    school = School([(200, {"access_token": "t1"}), (200, {"access_token": "t2"})], stale="t1")
    assert await asked_once_more(school) == NoRecord()
    assert school.seen == ["Bearer t1", "Bearer t2"]


async def test_a_school_that_refuses_the_new_token_too_is_asked_no_third_time() -> None:
    school = School(refuse=True)
    assert await asked_once_more(school) == Refused()
    assert (len(school.seen), len(school.forms)) == (2, 2)


@pytest.mark.parametrize(("may_resend", "paced"), [(False, True), (True, False)])
async def test_a_call_is_not_made_again_where_reading_has_effects_or_the_rate_is_used_up(
    *, may_resend: bool, paced: bool
) -> None:
    school = School([(200, {"access_token": "t1"}), (200, {"access_token": "t2"})], stale="t1")
    assert await asked_once_more(school, may_resend=may_resend, paced=paced) == Refused()
    assert school.seen == ["Bearer t1"]


async def test_a_token_fetched_since_is_not_dropped_for_an_older_one() -> None:
    school = School([(200, {"access_token": "t1"}), (200, {"access_token": "t2"})], stale="t1")
    async with school.serving() as base, opened(guarded(base), environ=SECRETS) as adapter:
        every = (adapter.source.ask(replace(question(), may_resend=True)) for _ in range(10))
        assert await asyncio.gather(*every) == [NoRecord()] * 10
    assert len(school.forms) == 2


@pytest.mark.parametrize("token", ["/a+b==.~_-", "a:b|c{d}\"e'", "!#$%&()*,;<>?@[]^`", "x" * 4096])
async def test_a_token_may_have_any_visible_character(token: str) -> None:
    school = School([(200, {"access_token": token})])
    assert await asked_once_more(school) == NoRecord()
    assert school.seen == [f"Bearer {token}"]


@pytest.mark.parametrize("kind", ["Bearer", "BEARER", "bearer ", "BearerToken", None])
async def test_a_bearer_token_is_one_however_it_is_called(kind: str | None) -> None:
    school = School([(200, {"access_token": "t", "token_type": kind})])
    assert await asked_once_more(school) == NoRecord()


@pytest.mark.parametrize(
    ("life", "seconds"),
    [
        *((300, 290), ("300", 290), (300.0, 290), (" 300 ", 290), ("300.5", 290)),
        *((None, 50), ("never", 50), ("", 50), (-1, 50), (0, 50), (True, 50), ([], 50), ({}, 50)),
        *((1e300, 86390), (3_600_000_000, 86390), ("1e999", 86390), (4, 2)),
    ],
)
async def test_a_token_lives_as_long_as_it_says_or_a_short_while(
    life: object, seconds: int
) -> None:
    school, now = School([(200, {"access_token": "t", "expires_in": life})]), [NOW]

    def clock() -> datetime:
        return now[0]

    logins = []
    async with (
        school.serving() as base,
        opened(guarded(base), environ=SECRETS, clock=clock) as adapter,
    ):
        for later in (0, seconds - 1, 2):
            now[0] += timedelta(seconds=later)
            assert await adapter.source.ask(question()) == NoRecord()
            logins.append(len(school.forms))
    assert logins == [1, 1, 2]


@pytest.mark.parametrize(
    ("status", "body", "reply"),
    [
        (400, {"error": "invalid_client"}, Refused()),
        (401, {}, Refused()),
        (503, {}, Unavailable(Fault.SERVER_ERROR, status=503)),
        (200, {"access_token": "a\r\nX: y"}, Malformed("token")),
        (200, {"access_token": "t", "token_type": "mac"}, Malformed("token")),
        (200, {"access_token": "two words"}, Malformed("token")),
        (200, {"access_token": "\u00e9"}, Malformed("token")),
        (200, {"access_token": "t", "token_type": 7}, Malformed("token")),
        (200, ["t"], Malformed("object")),
        (200, {}, Malformed("token")),
        (302, {}, Malformed("redirect")),
    ],
)
async def test_a_login_that_fails_asks_no_pupil(status: int, body: object, reply: object) -> None:
    school = School([(status, body)])
    async with school.serving() as base, opened(guarded(base), environ=SECRETS) as adapter:
        assert await adapter.source.ask(question()) == reply
    assert school.seen == []


@pytest.mark.parametrize(
    ("auth", "header", "value"),
    [
        (f'scheme = "bearer"\ntoken = {{ env = "{PREFIX}SECRET" }}', "Authorization", "Bearer x"),
        (f'scheme = "api_key"\nkey = {{ env = "{PREFIX}SECRET" }}', "X-API-Key", "x"),
        (
            'scheme = "basic"\nuser = { env = "KEY" }\npassword = { env = "KEY" }'.replace(
                "KEY", f"{PREFIX}SECRET"
            ),
            "Authorization",
            "Basic eDp4",
        ),
    ],
)
async def test_a_fixed_secret_goes_in_its_header(auth: str, header: str, value: str) -> None:
    seen: list[str] = []

    async def handler(request: web.Request) -> web.Response:
        seen.append(request.headers.get(header, ""))
        return web.json_response({"pupils": [], "total": 0})

    environ = {f"{PREFIX}SECRET": "x"}
    auth = f"[auth]\n{auth}\n"
    async with serving(handler) as base, opened(guarded(base, auth), environ=environ) as adapter:
        await adapter.source.ask(question())
    assert seen == [value]


async def test_the_gateway_signs_its_login_with_its_key(tmp_path: Path) -> None:
    key = RSAKey.generate_key(2048)
    write_secret(tmp_path, "some-source", "key.pem", key.as_pem(private=True).decode())
    auth = f"""
[auth]
scheme = "private_key_jwt"
token_url = "BASE/token"
client_id = {{ env = "{PREFIX}ID" }}
key = {{ file = "key.pem" }}
kid = "k1"
"""
    school = School()
    async with school.serving() as base:
        text = guarded(base, auth)
        async with opened(text, environ=SECRETS, folder=tmp_path) as adapter:
            assert await adapter.source.ask(question()) == NoRecord()
    signed = jwt.decode(school.forms[0]["client_assertion"], key, algorithms=["RS512"])
    assert signed.header == {"alg": "RS512", "typ": "JWT", "kid": "k1"}
    assert (signed.claims["iss"], signed.claims["sub"]) == ("gateway", "gateway")
    assert signed.claims["aud"] == f"{base}/token"
    assert signed.claims["exp"] == int(NOW.timestamp()) + 240


async def test_a_missing_secret_is_named_and_nothing_opens() -> None:
    with pytest.raises(SecretMissing, match=f"the variable {PREFIX}SECRET is not set, or"):
        async with opened(guarded("http://127.0.0.1:1"), environ={f"{PREFIX}ID": "g"}):
            pass


async def test_a_secret_that_is_no_key_is_never_shown(tmp_path: Path) -> None:
    write_secret(tmp_path, "some-source", "key.pem", "hunter2")
    auth = f"""
[auth]
scheme = "private_key_jwt"
token_url = "BASE/token"
client_id = {{ env = "{PREFIX}ID" }}
key = {{ file = "key.pem" }}
"""
    with pytest.raises(SecretMissing) as caught:
        async with opened(guarded("http://127.0.0.1:1", auth), environ=SECRETS, folder=tmp_path):
            pass
    assert "key.pem" in str(caught.value)
    assert "hunter2" not in str(caught.value)


async def test_a_link_out_of_the_folder_of_secrets_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "some-source").mkdir()
    (tmp_path / "theirs.txt").write_text("x")
    (tmp_path / "some-source" / "mine.txt").symlink_to(tmp_path / "theirs.txt")
    auth = '[auth]\nscheme = "bearer"\ntoken = { file = "mine.txt" }\n'
    with pytest.raises(SecretMissing, match="outside the folder"):
        async with opened(guarded("http://127.0.0.1:1", auth), folder=tmp_path):
            pass


@pytest.mark.parametrize(
    ("opened_up", "mode", "advice"),
    [
        ("some-source/token.txt", 0o640, "chmod 0600"),
        ("some-source/token.txt", 0o604, "chmod 0600"),
        ("some-source", 0o750, "chmod 0700"),
        ("", 0o755, "chmod 0700"),
    ],
)
async def test_a_secret_that_others_may_read_is_refused_with_what_to_type(
    tmp_path: Path, opened_up: str, mode: int, advice: str
) -> None:
    write_secret(tmp_path, "some-source", "token.txt", "hunter2")
    open_to(tmp_path / opened_up, mode)
    auth = '[auth]\nscheme = "bearer"\ntoken = { file = "token.txt" }\n'
    with pytest.raises(SecretMissing, match=f"mode {mode:04o}.*{advice}"):
        async with opened(guarded("http://127.0.0.1:1", auth), folder=tmp_path):
            pass


async def test_a_folder_that_others_may_only_pass_through_shows_nothing(tmp_path: Path) -> None:
    write_secret(tmp_path, "some-source", "token.txt", "hunter2")
    open_to(tmp_path, 0o711)
    auth = '[auth]\nscheme = "bearer"\ntoken = { file = "token.txt" }\n'
    school = School()
    async with (
        school.serving() as base,
        opened(guarded(base, auth), folder=tmp_path) as adapter,
    ):
        assert await adapter.source.ask(question()) == NoRecord()
    assert school.seen == ["Bearer hunter2"]


async def test_a_login_elsewhere_than_listed_is_refused() -> None:
    auth = CREDENTIALS.replace("BASE/token", "http://other.example/token")
    with pytest.raises(EgressRefused, match=r"auth\.token_url"):
        async with opened(guarded("http://127.0.0.1:1", auth), environ=SECRETS):
            pass
