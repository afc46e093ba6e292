"""A session ends by itself, in the server too; and its cookie has tokens, and nothing shown."""

import time
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any, Final

import pytest

from console.asking.tokens import Tokens
from console.config.keys import PagesKeys
from console.sign_in.session import Session, opened, sealed
from tests.support.console.told_gateway import no_provider, told_pages
from tests.support.console.town_pages import TownPages
from tests.support.console.visitor import AGENT, Visitor

KEY: Final = PagesKeys.of(b"s" * 32).cookies
NAME: Final = "__Host-teamaround-session-"


@pytest.fixture
def auditor(town: TownPages) -> Visitor:
    visitor = Visitor(town.url)
    visitor.sign_in("An auditor")
    return visitor


def session_of(visitor: Visitor) -> Session:
    pieces = [text for name, text in sorted(visitor.cookies.items()) if name.startswith(NAME)]
    found = opened(pieces, KEY)
    assert found is not None
    return found


def with_session(visitor: Visitor, **changed: Any) -> Visitor:
    """The same browser, whose session is this much older or another's."""
    pieces = sealed(replace(session_of(visitor), **changed), KEY)
    return Visitor(visitor.url, {f"{NAME}{n}": piece for n, piece in enumerate(pieces)})


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"seen": -901}, "because nothing was done here for a while"),
        ({"since": -28_801}, "Your sign-in is over."),
    ],
)
def test_a_session_ends_whatever_the_browser_says(
    auditor: Visitor, changed: dict[str, int], said: str
) -> None:
    now = int(time.time())
    for path in ("/log", "/stay"):
        old = with_session(auditor, **{name: now + ago for name, ago in changed.items()})
        reply = old.get(path)
        assert reply.status == 401
        assert said in reply.text
        assert old.cookies == {}  # the browser was told to forget it
    assert with_session(auditor, seen=now - 60).get("/log").status == 200


def test_signing_out_ends_the_session_while_the_sign_in_service_is_away(tmp_path: Path) -> None:
    now = int(time.time())
    session = Session.begun({"sub": "n.one"}, Tokens("a-token", now + 600), AGENT, now)
    with told_pages(tmp_path, no_provider) as pages:
        (piece,) = sealed(session, KEY)
        visitor, copied = (Visitor(pages.url, {f"{NAME}0": piece}) for _ in range(2))
        reply = visitor.post("/sign-out", {"mark": visitor.get("/").page.mark})
        assert "You may still be signed in there" in reply.text
        assert visitor.cookies == {}
        assert copied.get("/").status == 401


@pytest.mark.parametrize(("length", "goes_along"), [(2000, True), (2001, False)])
def test_a_hint_that_is_too_long_is_left_out_of_the_sign_out(
    auditor: Visitor, length: int, *, goes_along: bool
) -> None:
    tokens = replace(session_of(auditor).tokens, identity="x" * length)
    long = with_session(auditor, tokens=tokens)
    reply = long.post("/sign-out", {"mark": long.get("/log").page.mark})
    onward = reply.headers["Refresh"]
    assert ("id_token_hint" in onward) is goes_along
    assert "client_id" in onward
    assert len(onward) < 2500


def test_the_cookie_has_the_tokens_and_nothing_that_a_page_showed(auditor: Visitor) -> None:
    before = session_of(with_session(auditor, seen=int(time.time()) - 60))
    shown = auditor.get("/log/entries/1")
    auditor.get("/log")
    assert shown.status == 200
    after = session_of(auditor)
    assert replace(after, seen=before.seen) == before
    assert {*asdict(after)} == {
        *("name", "person", "at_provider", "browser", "since", "seen"),
        "tokens",
    }
    assert {*asdict(after)["tokens"]} == {"access", "expires_at", "bound", "refresh", "identity"}
