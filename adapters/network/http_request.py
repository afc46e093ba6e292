"""One HTTP request, before it is signed and sent; its whole answer; and what carries both."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol, Self

from adapters.contract.contract import Malformed, Unavailable
from adapters.contract.frozen import plainly_made


@plainly_made
@dataclass(frozen=True, slots=True)
class HttpRequest:
    """A request; `url` is already percent-encoded."""

    url: str
    method: str = "GET"
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = None

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
