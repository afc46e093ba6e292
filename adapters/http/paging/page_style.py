"""How the next page of an answer is asked for; a page that cannot be had is never left out."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Self
from urllib.parse import SplitResult, unquote, urljoin, urlsplit

from adapters.contract.contract import Malformed
from adapters.expressions.jmespath_expression import Expression, UnreadableError
from adapters.expressions.xml_document import is_element, written_out
from adapters.http.verdict import Answer
from adapters.manifest.operation import PageTable
from adapters.mapping.beside.link_header import LinkUnreadable, next_link

_BUNDLE_NEXT: Final = "body.link[?relation=='next'].url | [0]"
_NEVER_IN_A_LINK: Final = frozenset('\\ <>"')
_PORTS: Final = {"http": 80, "https": 443}
_LONGEST: Final = 2048  # characters of a cursor or an address
_MOST_DECODED: Final = 8  # times over; what a few servers on the way would do


@dataclass(frozen=True, slots=True)
class NextPage:
    """Where the next page is: at an address, or by the parameters of the same request."""

    url: str | None = None
    turn: Mapping[str, str | int] | None = None


class NoCursor:
    """Where the next page's cursor or address should be there is an empty text: the end, or not."""


@dataclass(frozen=True, slots=True)
class Paging:
    """An operation's `page`, its expression compiled."""

    page: PageTable
    next: Expression | None

    @classmethod
    def of(cls, page: PageTable, kind: str) -> Self:
        """Of a checked manifest's operation; kind `fhir` knows where a Bundle's next link is."""
        text = page.next
        if text is None and page.style == "link-next" and kind == "fhir":
            text = _BUNDLE_NEXT
        return cls(page, None if text is None else Expression.parse(text))

    @property
    def turns(self) -> bool:
        """Whether further pages are asked for at all."""
        return self.page.style != "none"

    def is_last(self, pages: int) -> bool:
        """Whether no more than these are asked for, whatever is behind them."""
        return pages == self.page.max_pages

    @property
    def counts(self) -> bool:
        """Whether pages are counted, so that a stated total ends them."""
        return self.page.style in ("offset", "page")

    def has_moved(self, before: Sequence[Any], page: Sequence[Any]) -> bool:
        """Whether a list changed while its pages were counted: one of `before` is on `page` again.

        Where something came in, something may have gone out: behind it a record was passed over.
        """
        if not self.counts:
            return False
        known = set(map(_written, before))
        return any(_written(one) in known for one in page)

    def first(self) -> Mapping[str, str | int]:
        """The parameters of the first request."""
        match self.page.style:
            case "offset":
                return {self.page.param or "": 0}
            case "page":
                return {self.page.param or "": self.page.first}
            case _:
                return {}

    def after(
        self, answer: Answer, pages: int, received: int, on_page: int, *, over: bool
    ) -> NextPage | NoCursor | Malformed | None:
        """The page after `pages` of them, with `received` records so far; None after the last.

        `over` where the answer itself says that there are no more.
        """
        match self.page.style:
            case "none":
                return None
            case "link-next":
                link = self._link(answer)
                return NextPage(url=link) if isinstance(link, str) else link
            case "cursor":
                cursor = self._said(answer)
                turn = {self.page.param or "": cursor}
                return NextPage(turn=turn) if isinstance(cursor, str) else cursor  # type: ignore[arg-type]
            case "offset":
                return self._counted(received, on_page, over=over)
            case "page":
                return self._counted(self.page.first + pages, on_page, over=over)

    def _counted(self, number: int, on_page: int, *, over: bool) -> NextPage | None:
        # A page that is not full may be all that a server gives at once, whatever was asked for. So
        # only an empty one is the end, or one that says so itself.
        ended = over or not on_page
        return None if ended else NextPage(turn={self.page.param or "": number})

    def _link(self, answer: Answer) -> str | NoCursor | Malformed | None:
        if self.next is not None:
            return self._said(answer)
        try:
            return next_link(answer.headers.get("link", ""))
        except LinkUnreadable:
            return Malformed("page")

    def _said(self, answer: Answer) -> str | NoCursor | Malformed | None:
        try:
            said: Any = self.next.read(answer.scope) if self.next is not None else None
        except UnreadableError:
            return Malformed("page")
        if said is None or said is False:
            return None
        if isinstance(said, int) and not isinstance(said, bool):
            said = str(said)
        if not isinstance(said, str) or len(said) > _LONGEST:
            return Malformed("page")
        return said if said.strip() else NoCursor()


def next_address(link: str, asked: str, base: str) -> str | None:
    """`link` as it is meant in an answer from `asked`, without its fragment; None if it leaves.

    It stays where its scheme, host, port and path are those of `base` or below, by any reading: an
    agency may share its host with others, and a server on the way may decode a path again.
    """
    if set(link) & _NEVER_IN_A_LINK or not (link.isascii() and link.isprintable()):
        return None
    try:
        address = urljoin(asked, link).partition("#")[0]
        there, home = urlsplit(address), urlsplit(base)
        same = _origin(there) == _origin(home)
    except ValueError:
        return None
    return address if same and _is_below(there.path, home.path) else None


def _origin(parts: SplitResult) -> tuple[str, str | None, int | None, bool]:
    # Nobody's user name belongs into an address, and none is in that of a source.
    port = parts.port or _PORTS.get(parts.scheme)
    return parts.scheme, parts.hostname, port, "@" in parts.netloc


def _is_below(path: str, home: str) -> bool:
    decoded = _decoded(path)
    if decoded is None:
        return False
    own = home.rstrip("/")
    inside = decoded.removeprefix(f"{own}/").split("/")
    leads_elsewhere = {"", ".", ".."} & {*inside[:-1], *({".", ".."} & {inside[-1]})}
    below = decoded == own or (decoded.startswith(f"{own}/") and not leads_elsewhere)
    return below and "\\" not in decoded and (path == own or path.startswith(f"{own}/"))


def _decoded(path: str) -> str | None:
    """`path` until no decoding changes it; None if that takes longer than any honest one."""
    for _ in range(_MOST_DECODED):
        before, path = path, unquote(path)
        if path == before:
            return path
    return None


def _written(one: Any) -> str | bytes:
    """A record as text, the same for equal ones: ten thousands cannot be compared one by one."""
    return written_out(one) if is_element(one) else json.dumps(one, sort_keys=True)
