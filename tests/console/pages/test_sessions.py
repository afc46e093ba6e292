"""A session ends by itself, in the server too; and its cookie has tokens, and nothing shown."""

import time
from dataclasses import asdict, replace
from typing import Any, Final

import pytest

from console.config.keys import PagesKeys
from console.sign_in.session import Session, opened, sealed
from tests.support.console.town_pages import TownPages
from tests.support.console.visitor import Visitor

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
