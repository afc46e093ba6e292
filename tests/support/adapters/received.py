"""A request as the agency received it."""

from dataclasses import dataclass, field


@dataclass
class Received:
    """A request as the agency's server had it; `asked` is what its own access log could say."""

    method: str
    url: str
    headers: dict[str, str]
    body: bytes
    asked: str = field(default="")
