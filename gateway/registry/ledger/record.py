"""What the ledger holds: versions of manifests, and the rollouts that brought them into force."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Self

from gateway.model.account import Account
from gateway.model.caller import Caller


@dataclass(frozen=True, slots=True)
class By:
    """Who did something: a named human of an organisation, or the operator at the machine.

    `issuer` vouched for them; it is "" of the operator, and of what was kept before it was.
    """

    user: str
    organisation: str
    issuer: str = ""

    @classmethod
    def of(cls, caller: Caller) -> Self:
        """The caller, as the ledger keeps them."""
        return cls(caller.user, caller.organisation, caller.issuer)

    @property
    def account(self) -> Account:
        """With what they signed in."""
        return Account(self.issuer, self.user)


OPERATOR = By("operator", "operator")


@dataclass(frozen=True, slots=True)
class RuleResult:
    """One rule held against a version when it was proposed; `passed` is None if it was not run."""

    rule: str
    passed: bool | None
    what: str = ""


@dataclass(frozen=True, slots=True)
class Version:
    """One version of a source's manifest, verbatim; `number` counts from 1 for each source.

    `rules` is the Cedar that came with it. `level` is a level of the conformance kit, or None if
    none was reached or nothing was checked. One `from_folder` is the operator's own word.
    """

    source: str
    number: int
    agency: str
    manifest: str = field(repr=False)
    rules: str | None = field(repr=False)
    by: By
    at: datetime
    findings: tuple[RuleResult, ...] = ()
    level: str | None = None
    from_folder: bool = False

    @property
    def sha256(self) -> str:
        """The SHA-256 of the manifest's text in UTF-8, in hex."""
        return hashlib.sha256(self.manifest.encode()).hexdigest()


class RolloutKind(StrEnum):
    """What a rollout did."""

    APPROVED = "APPROVED"
    SUSPENDED = "SUSPENDED"
    CONFIGURED = "CONFIGURED"


@dataclass(frozen=True, slots=True)
class RolloutRecord:
    """One change of what is in force: the generation that it began, counted from 1 without a gap.

    `source` and `version` are of the source concerned, None where the operator's files were read
    again. `files` is the digest of the operator's files in force with it; `entry` its index in the
    audit log, None where the log holds none.
    """

    generation: int
    kind: RolloutKind
    files: str
    by: By
    at: datetime
    source: str | None = None
    version: int | None = None
    entry: int | None = None


@dataclass(frozen=True, slots=True)
class LedgerHead:
    """Where the ledger stands: its newest generation and the last word about each source.

    `files` is None before the first rollout.
    """

    generation: int = 0
    files: str | None = None
    sources: Mapping[str, RolloutRecord] = field(default_factory=dict)

    @property
    def approved(self) -> dict[str, int]:
        """The version in force of each source that was approved here, by source id."""
        return {
            source: said.version
            for source, said in self.sources.items()
            if said.kind is RolloutKind.APPROVED and said.version is not None
        }

    @property
    def suspended(self) -> frozenset[str]:
        """The sources that are out of force until they are approved again."""
        return frozenset(
            s for s, said in self.sources.items() if said.kind is RolloutKind.SUSPENDED
        )
