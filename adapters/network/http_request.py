"""One HTTP request, before it is signed and sent."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Self

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
