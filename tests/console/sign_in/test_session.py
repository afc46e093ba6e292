import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.asking.tokens import Tokens
from console.config.keys import PagesKeys
from console.sign_in.session import (
    Session,
    SessionTooLarge,
    opened,
    seal,
    sealed,
    unseal,
)

KEY = PagesKeys.of(b"x" * 32).cookies
OTHER = PagesKeys.of(b"y" * 32).cookies


def session(access: str = "token") -> Session:
    tokens = Tokens(access=access, expires_at=int(time.time()) + 60, refresh="again")
    return Session.begun({"sub": "s.okafor", "sid": "p-1"}, tokens, "a browser", 1000)


@given(st.integers(min_value=1, max_value=9000))
def test_a_session_comes_back_from_its_cookies_whole(length: int) -> None:
    begun = session("t" * length)
    pieces = sealed(begun, KEY)
    assert opened(pieces, KEY) == begun
    assert all(len(piece) < 3600 for piece in pieces)


def test_no_cookie_says_who_it_is() -> None:
    assert not any("okafor" in piece for piece in sealed(session(), KEY))


def test_a_changed_cookie_is_no_session() -> None:
    (piece,) = sealed(session(), KEY)
    for at in range(0, len(piece), 37):
        changed = piece[:at] + ("A" if piece[at] != "A" else "B") + piece[at + 1 :]
        assert opened([changed], KEY) != session() or changed == piece
        assert opened([changed], KEY) is None


def test_another_consoles_cookie_is_no_session() -> None:
    assert opened(sealed(session(), OTHER), KEY) is None


def test_what_was_sealed_for_signing_in_is_no_session() -> None:
    text = seal({"state": "x"}, "sign-in", KEY)
    assert unseal(text, "sign-in", KEY) == {"state": "x"}
    assert opened([text], KEY) is None


def test_tokens_that_fit_into_no_cookie_are_refused_in_words() -> None:
    with pytest.raises(SessionTooLarge, match="too long for cookies"):
        sealed(session("t" * 20_000), KEY)
