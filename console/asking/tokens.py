"""What the provider gave for one person: all that the pages keep of them, and only in a cookie."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Tokens:
    """`access` goes to the gateway alone; `expires_at` is in seconds since 1970."""

    access: str
    expires_at: int
    bound: bool = False
    refresh: str | None = None
    identity: str | None = None
