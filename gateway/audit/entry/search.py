"""Which entries somebody looks for: newest first by time, each page where the last one ended."""

import base64
import binascii
import re
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Self

from adapters.contract.codes import Purpose
from gateway.audit.entry.kind import AuditKind

_PLACE: Final = re.compile(rb"(-?\d{1,17})/(\d{1,15})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """Every part that is not None must fit; of several `pseudonyms`, one is enough.

    `break_glass` is true of a break-glass grant and of every question that used it, `stated_harm`
    of every entry of a question that stated significant harm. `accesses` finds questions about a
    child alone, and none that a family asks about itself.
    """

    user: str | None = None
    issuer: str | None = None
    organisation: str | None = None
    agency: str | None = None
    purpose: Purpose | None = None
    kind: AuditKind | None = None
    query_id: str | None = None
    pseudonyms: frozenset[str] | None = None
    since: datetime | None = None
    before: datetime | None = None
    break_glass: bool | None = None
    stated_harm: bool | None = None
    accesses: bool = False

    @property
    def named(self) -> str:
        """What is searched by, never what for, as an entry's detail: "ENTRIES_BY_USER_TIME"."""
        parts = (
            *("user", "issuer", "organisation", "agency", "purpose", "kind"),
            *("query_id", "break_glass"),
        )
        named = [part for part in parts if getattr(self, part) is not None]
        named += ["child"] if self.pseudonyms is not None else []
        named += ["time"] if self.since or self.before else []
        return "_".join(["ENTRIES", *(["BY"] if named else []), *(n.upper() for n in named)])


@dataclass(frozen=True, slots=True)
class EntryPosition:
    """Where an entry stands in every list: `at` in microseconds since 1970, then its index."""

    at: int
    index: int

    @property
    def cursor(self) -> str:
        """The place as clients send it back."""
        return base64.urlsafe_b64encode(f"{self.at}/{self.index}".encode()).decode()

    @classmethod
    def read(cls, cursor: str) -> Self | None:
        """The place that `cursor` names; None if it is no cursor of ours."""
        try:
            found = _PLACE.fullmatch(base64.b64decode(cursor, altchars=b"-_", validate=True))
        except (ValueError, binascii.Error):
            return None
        return cls(int(found[1]), int(found[2])) if found else None
