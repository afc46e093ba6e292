"""One HTTP request, before it is signed and sent; its whole answer; and what carries both."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol, Self

from adapters.contract.contract import Malformed, Unavailable
from adapters.contract.frozen import plainly_made


class WrittenHead(NamedTuple):
    """The head of a request as text: where it goes, its headers' names, and a line for each.

    It is that of one address and one set of headers, which it keeps.
    """

    url: str
    headers: Mapping[str, str]
    target: str
    names: tuple[str, ...]
    lines: str


@plainly_made
@dataclass(frozen=True, slots=True)
class HttpRequest:
    """A request; `url` is already percent-encoded.

    `head` says the same of a request without a body, where it was written beforehand.
    """

    url: str
    method: str = "GET"
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = None
    head: WrittenHead | None = field(default=None, repr=False, compare=False)

    @property
    def ready(self) -> WrittenHead | None:
        """Its head, where it was written beforehand and nothing was changed since."""
        head = self.head
        if head is None or head.headers is not self.headers or head.url is not self.url:
            return None
        return head if self.body is None else None

    def with_headers(self, headers: Mapping[str, str]) -> Self:
        """The same request with these headers in place of its own."""
        return type(self)(self.url, self.method, headers, self.body)


@plainly_made
@dataclass(frozen=True, slots=True)
class HttpAnswer:
    """Header names in lower case; the body is empty where the status alone decides."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Transport(Protocol):
    """Whatever carries a request: connections to the agency, or a recorded reply."""

    async def send(self, request: HttpRequest) -> HttpAnswer | Unavailable | Malformed:
        """Send once; every failure is a value."""
        ...

    async def aclose(self) -> None:
        """Give back what it holds."""
        ...
