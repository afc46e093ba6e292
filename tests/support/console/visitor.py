"""Somebody with a browser that has no screen and no script: what they send, and what they get."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from http.client import HTTPConnection, HTTPMessage
from typing import Final
from urllib.parse import urlencode, urljoin, urlsplit

from tests.support.patience import PATIENCE_S

AGENT: Final = "A browser without a screen"
_FORM: Final = "application/x-www-form-urlencoded"


@dataclass(frozen=True, slots=True)
class Reply:
    """What came; the page's links and forms are read of it."""

    status: int
    headers: HTTPMessage
    text: str

    @property
    def page(self) -> "ReadPage":
        """What can be followed and sent from here."""
        read = ReadPage()
        read.feed(self.text)
        return read


class ReadPage(HTMLParser):
    """A page's links, its forms with their hidden fields, and these by the button's words."""

    def __init__(self) -> None:
        super().__init__()
        self.links: dict[str, None] = {}
        self.forms: list[tuple[str, dict[str, str]]] = []
        self.buttons: dict[str, dict[str, str]] = {}
        self._in_button = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: text or "" for name, text in attrs}
        if tag == "a" and "href" in said:
            self.links[said["href"]] = None
        if tag == "form":
            self.forms.append((said.get("action", ""), {}))
        if tag == "input" and self.forms and said.get("type") == "hidden":
            self.forms[-1][1][said["name"]] = said["value"]
        self._in_button = tag == "button"

    def handle_data(self, data: str) -> None:
        if self._in_button and self.forms and data.strip():
            self.buttons[data.strip()] = self.forms[-1][1]

    def handle_endtag(self, tag: str) -> None:
        self._in_button = self._in_button and tag != "button"

    @property
    def mark(self) -> str:
        """The mark of the page's first form."""
        return self.forms[0][1]["mark"]


@dataclass(slots=True)
class Visitor:
    """A browser for the pages at `url`, with its cookies."""

    url: str
    cookies: dict[str, str] = field(default_factory=dict)

    def get(self, path: str, **headers: str) -> Reply:
        """Open an address."""
        return self.send("GET", path, None, headers)

    def post(self, path: str, form: Mapping[str, str], **headers: str) -> Reply:
        """Send a form as a browser does that has it from these pages."""
        own = {"Origin": self.url, "Sec-Fetch-Site": "same-origin", "Content-Type": _FORM}
        return self.send("POST", path, urlencode(form).encode(), {**own, **headers})

    def send(self, method: str, path: str, body: bytes | None, headers: Mapping[str, str]) -> Reply:
        """One request with the cookies of the pages; what they tell a browser to keep is kept."""
        address = urlsplit(urljoin(self.url, path))
        ours = address.netloc == urlsplit(self.url).netloc
        brought = "; ".join(f"{name}={text}" for name, text in self.cookies.items())
        said = {"User-Agent": AGENT, **({"Cookie": brought} if ours and brought else {})}
        line = HTTPConnection(address.hostname or "", address.port, timeout=PATIENCE_S)
        try:
            target = address._replace(scheme="", netloc="").geturl()
            line.request(method, target, body, {**said, **_dashed(headers)})
            came = line.getresponse()
            reply = Reply(came.status, came.headers, came.read().decode("utf-8", "replace"))
        finally:
            line.close()
        if ours:
            self._keep(reply.headers)
        return reply

    def sign_in(self, who: str) -> Reply:
        """Sign in as one of those who can be chosen; gives the reply that makes the session."""
        asked = self.get("/sign-in").headers["Location"]
        chosen = self.get(asked).page.buttons[who]
        return self.get(
            self.get(urljoin(asked, f"/chosen?{urlencode(chosen)}")).headers["Location"]
        )

    def _keep(self, headers: HTTPMessage) -> None:
        for text in headers.get_all("Set-Cookie", []):
            name, _, value = text.partition(";")[0].partition("=")
            if value.strip('"'):
                self.cookies[name] = value
            else:
                self.cookies.pop(name, None)


def _dashed(headers: Mapping[str, str]) -> dict[str, str]:
    return {name.replace("_", "-"): text for name, text in headers.items()}
