"""Where a source may connect to: only what the operator listed for it, refused before it opens."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self
from urllib.parse import unquote, urlsplit

_PORTS: Final = {"http": 80, "https": 443, "postgresql": 5432, "sftp": 22}


class EgressRefused(Exception):
    """The manifest names a place that the operator did not list for it."""


@dataclass(frozen=True, slots=True)
class Egress:
    """Origins: "https://host", "sftp://host", "postgresql://host:5433", "sqlite:////path/file.db".

    A folder of files is an origin too: "file:///folder".
    """

    origins: frozenset[str]

    @classmethod
    def of(cls, listed: Iterable[str]) -> Self:
        """The operator's list for one source; ValueError if an entry is no origin."""
        return cls(frozenset(origin(entry) for entry in listed))

    def check(self, address: str, what: str) -> None:
        """EgressRefused unless the origin of `address` is listed; `what` names it in words."""
        try:
            known = origin(address) in self.origins
        except ValueError:
            known = False
        if not known:
            raise EgressRefused(f"{what} is not among the origins listed for this source")


def origin(address: str) -> str:
    """Scheme, host and port of an address, or the file of an SQLite one; ValueError if none."""
    parts = urlsplit(address)
    scheme = parts.scheme.lower().partition("+")[0]
    if scheme == "sqlite":
        # SQLAlchemy's form: three slashes and a relative path, or four for an absolute one.
        return f"sqlite:///{Path(unquote(parts.path).removeprefix('/')).resolve()}"
    if scheme == "file":
        return f"file://{Path(unquote(parts.path)).resolve()}"
    if scheme not in _PORTS or not parts.hostname:
        raise ValueError("an origin is like https://host, postgresql://host or sqlite:////file")
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    return f"{scheme}://{host}:{parts.port or _PORTS[scheme]}"
