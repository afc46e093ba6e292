"""How long entries are kept: a written policy, in years for each kind; what it leaves out stays."""

import calendar
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Annotated, Final, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from gateway.audit.entry.kind import AuditKind
from gateway.audit.entry.shape import MAX_NAME
from gateway.audit.errors import PolicyUnusable
from gateway.config.toml_table import table_of
from gateway.model.errors import ConfigurationInvalid

# What says that something was pruned, or lost, is never pruned itself.
NEVER: Final = frozenset({AuditKind.PRUNING, AuditKind.LOG_LOSS})
# What was reviewed would be open again once its review is gone.
_REVIEWED: Final = (AuditKind.INTENT, AuditKind.RELEASE, AuditKind.BREAK_GLASS)
_FEBRUARY: Final = 2


class _File(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    policy: Annotated[str, StringConstraints(min_length=1, max_length=MAX_NAME)]
    keep_years: Annotated[dict[AuditKind, Annotated[int, Field(ge=1, le=200)]], Field(min_length=1)]


@dataclass(frozen=True, slots=True)
class Retention:
    """A policy by its own name, the SHA-256 of its file in hex, and the years that kinds stay."""

    name: str
    digest: str
    years: Mapping[AuditKind, int]

    @classmethod
    def read(cls, file: Path) -> Self:
        """Read the policy; PolicyUnusable says what to change."""
        try:
            content = file.read_bytes()
            text = content.decode("utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise PolicyUnusable(f"{file}: cannot be read ({type(error).__name__})") from None
        try:
            held = table_of(_File, text, file)
        except ConfigurationInvalid as error:
            raise PolicyUnusable(str(error)) from None
        if never := NEVER & held.keep_years.keys():
            raise PolicyUnusable(f"{file}: keep_years: {', '.join(sorted(never))} stay for good")
        _refuse_review_before_reviewed(file, held.keep_years)
        return cls(held.policy, hashlib.sha256(content).hexdigest(), held.keep_years)

    def cutoffs(self, now: datetime) -> dict[AuditKind, datetime]:
        """Before which moment each kind's entries may go; a kind that is left out may not."""
        return {kind: _years_before(now, years) for kind, years in self.years.items()}


def _refuse_review_before_reviewed(file: Path, years: Mapping[AuditKind, int]) -> None:
    kept = years.get(AuditKind.REVIEW)
    if kept is None:
        return
    longer = [kind for kind in _REVIEWED if kind not in years or years[kind] > kept]
    if longer:
        raise PolicyUnusable(
            f"{file}: keep_years: REVIEW must stay at least as long as the reviewed entries:"
            f" {', '.join(longer)}"
        )


def _years_before(now: datetime, years: int) -> datetime:
    year = now.year - years
    if (now.month, now.day) == (_FEBRUARY, 29) and not calendar.isleap(year):
        return now.replace(year=year, day=28)
    return now.replace(year=year)
