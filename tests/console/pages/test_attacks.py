"""An insider with a browser of their own, and a stranger, try the usual ways in."""

import socket
from http.client import HTTPResponse
from itertools import chain
from typing import Final
from urllib.parse import quote, urlsplit

import pytest

from console.app import ROOMS
from tests.support.console.town_pages import TownPages
from tests.support.console.visitor import AGENT, Visitor

FORMS: Final = sorted(
    route.path for room in ROOMS for route in room.ROUTES if "POST" in (route.methods or ())
)
EVIL: Final = "evil.example"
METHODS: Final = ("PUT", "DELETE", "TRACE")
LONG: Final = "9" * 5000


@pytest.fixture
def auditor(town: TownPages) -> Visitor:
    visitor = Visitor(town.url)
    visitor.sign_in("An auditor")
    return visitor


@pytest.fixture
def officer(town: TownPages) -> Visitor:
    visitor = Visitor(town.url)
    visitor.sign_in("A privacy officer")
    return visitor


def raw(url: str, sent: bytes) -> tuple[int, bytes]:
    """The status of the reply to what no library would send, and the reply."""
    host, port = urlsplit(url).hostname, urlsplit(url).port
    with socket.create_connection((host, port), timeout=30) as line:
        line.sendall(sent)
        reply = HTTPResponse(line)
        reply.begin()
        return reply.status, reply.read()


def test_no_form_of_another_session_counts(auditor: Visitor, officer: Visitor) -> None:
    mark = officer.get("/log").page.mark
    found = {path: auditor.post(path, {"mark": mark}).status for path in FORMS}
    assert found == dict.fromkeys(FORMS, 403)
    assert officer.post("/log/search", {"mark": mark}).status == 200  # nobody used it up


def test_a_privacy_officer_reads_no_entry_that_is_not_listed_for_them(
    auditor: Visitor, officer: Visitor
) -> None:
    auditor.get("/log")  # a look that is in the log, and concerns no agency
    officer.get("/log")  # one that does
    listed = {link for link in officer.get("/log").page.links if "/entries/" in link}
    size = max(int(link.rpartition("/")[2]) for link in listed)
    others = [f"/log/entries/{n}" for n in range(size) if f"/log/entries/{n}" not in listed]
    assert others
    assert {officer.get(path).status for path in others[:12]} == {404}


def test_a_sign_in_makes_a_session_that_nobody_knew(town: TownPages) -> None:
    visitor = Visitor(town.url)
    first = visitor.sign_in("An auditor")
    mine = dict(visitor.cookies)
    second = visitor.sign_in("An auditor")
    assert mine != visitor.cookies
    kept = (each.headers.get_all("Set-Cookie", []) for each in (first, second))
    for text in chain.from_iterable(kept):
        name, *said = text.split("; ")
        assert name.startswith("__Host-")
        assert {"HttpOnly", "Path=/", "SameSite=lax", "Secure"} <= {*said}
        assert not any(each.startswith("Domain") for each in said)
    assert first.headers["Location"] == second.headers["Location"] == "/"
    assert Visitor(town.url, mine).get("/log").status == 401  # the one that this browser had


@pytest.mark.parametrize("name", ["next", "redirect_uri", "anew", "return_to"])
def test_a_sign_in_leads_to_the_provider_and_back_to_the_first_page(
    town: TownPages, name: str
) -> None:
    visitor = Visitor(town.url)
    assert EVIL not in visitor.get(f"/sign-in?{name}=https://{EVIL}/").headers["Location"]
    back = f"/sign-in/done?{name}=https://{EVIL}/&code=x&state=y"
    assert visitor.get(back).status == 400


def test_a_host_that_somebody_made_up_is_in_no_reply(auditor: Visitor) -> None:
    for path in (
        "/",
        "/log/",
        "/find/",
        "/find/answer/",
        "/sign-in",
        "/nowhere",
        "/signed-out/",
    ):
        reply = auditor.get(path, Host=EVIL, X_Forwarded_Host=EVIL, Forwarded=f"host={EVIL}")
        assert EVIL not in f"{reply.headers}{reply.text}", path
        assert reply.status != 307, path
    assert auditor.get("/find/answer/", Host="[").status == 404


def test_no_method_does_what_another_does(auditor: Visitor) -> None:
    mark = auditor.get("/log").page.mark
    for path in (*FORMS, "/log", "/", "/sign-out", "/signed-out"):
        for method in METHODS:
            reply = auditor.send(method, path, b"", {"X-HTTP-Method-Override": "POST"})
            assert reply.status == 405, path
            assert reply.headers["Allow"]
    for path in FORMS:
        reply = auditor.get(f"{path}?mark={mark}&_method=POST")
        assert reply.status == 405, path
    assert auditor.send("HEAD", "/log", None, {}).text == ""


def test_every_reply_says_that_nothing_is_kept_framed_or_guessed(auditor: Visitor) -> None:
    stranger = Visitor(auditor.url)
    replies = [
        *(auditor.get(path) for path in ("/", "/log", "/log/entries/99999", "/nowhere", "/stay")),
        *(stranger.get(path) for path in ("/", "/sign-in", "/sign-in/done", "/signed-out")),
        *(auditor.post(path, {}) for path in ("/log/search", "/log", "/sign-in/ended")),
    ]
    for reply in replies:
        assert reply.headers["Cache-Control"] == "no-store"
        assert reply.headers["X-Frame-Options"] == "DENY"
        assert "frame-ancestors 'none'" in reply.headers["Content-Security-Policy"]
        assert reply.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("path", ["/log/search", "/sign-in/ended"])
def test_a_huge_form_is_not_read(auditor: Visitor, path: str) -> None:
    cookies = "; ".join(f"{name}={text}" for name, text in auditor.cookies.items())
    head = f"POST {path} HTTP/1.1\r\nHost: x\r\nUser-Agent: {AGENT}\r\nCookie: {cookies}\r\n"
    told = head + "Content-Length: 99999999\r\n\r\n"
    chunked = head + "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n"
    for sent in (told, chunked, head + f"Content-Length: {LONG}\r\n\r\n"):
        status, said = raw(auditor.url, sent.encode())
        assert status in {400, 403}
        assert b"Traceback" not in said


def test_a_form_of_too_many_fields_or_none_that_can_be_read_is_refused(auditor: Visitor) -> None:
    mark = auditor.get("/log").page.mark
    many = {"mark": mark, **{f"field-{n}": "" for n in range(500)}}
    assert auditor.post("/log/search", many).status == 400
    broken = "multipart/form-data; boundary=x"
    assert auditor.post("/log/search", {"mark": mark}, Content_Type=broken).status in {400, 403}


@pytest.mark.parametrize("place", [LONG, "-1", "x", "\u00b2"])
def test_a_number_that_is_none_is_a_page_that_is_not_there(auditor: Visitor, place: str) -> None:
    for path in (f"/log/entries/{quote(place)}", f"/sources/spine/{quote(place)}"):
        assert auditor.get(path).status == 404
