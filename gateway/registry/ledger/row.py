"""A version and a rollout as rows of a database, and back, checked."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import orjson

from gateway.model.account import Account, AccountLink, AccountPair, LinkStep
from gateway.registry.ledger.contract import LedgerCorrupt
from gateway.registry.ledger.record import (
    By,
    LedgerHead,
    RolloutKind,
    RolloutRecord,
    RuleResult,
    Version,
)


def version_row(version: Version) -> tuple[Any, ...]:
    """The values of a row of source_version, in the table's order."""
    found = [[each.rule, each.passed, each.what] for each in version.findings]
    return (
        version.source,
        version.number,
        version.agency,
        version.manifest,
        version.rules,
        version.sha256,
        orjson.dumps(found).decode(),
        version.level,
        int(version.from_folder),
        version.by.user,
        version.by.organisation,
        version.at.isoformat(),
        version.by.issuer,
    )


def read_version(row: Sequence[Any]) -> Version:
    """The version of a row; LedgerCorrupt if its manifest is not the one that was written."""
    source, number, agency, manifest, rules, sha256, found, level, folder, user, org, at, issuer = (
        row
    )
    try:
        version = Version(
            source=source,
            number=number,
            agency=agency,
            manifest=manifest,
            rules=rules,
            by=By(user, org, issuer),
            at=datetime.fromisoformat(at),
            findings=tuple(RuleResult(*each) for each in orjson.loads(found)),
            level=level,
            from_folder=bool(folder),
        )
    except (ValueError, TypeError):
        raise _corrupt(source, number) from None
    if version.sha256 != sha256:
        raise _corrupt(source, number)
    return version


def record_row(record: RolloutRecord) -> tuple[Any, ...]:
    """The values of a row of the table `enactment`, in the table's order."""
    return (
        record.generation,
        record.kind.value,
        record.files,
        record.source,
        record.version,
        record.entry,
        record.by.user,
        record.by.organisation,
        record.at.isoformat(),
        record.by.issuer,
    )


def read_head(newest: Sequence[Any] | None, of_sources: Iterable[Sequence[Any]]) -> LedgerHead:
    """Where the ledger stands, by its newest row and the last row of each source."""
    if newest is None:
        return LedgerHead()
    last = (_read_record(row) for row in of_sources)
    sources = {said.source: said for said in last if said.source is not None}
    said = _read_record(newest)
    return LedgerHead(said.generation, said.files, sources)


def _read_record(row: Sequence[Any]) -> RolloutRecord:
    generation, kind, files, source, version, entry, user, organisation, at, issuer = row
    try:
        return RolloutRecord(
            generation=generation,
            kind=RolloutKind(kind),
            files=files,
            by=By(user, organisation, issuer),
            at=datetime.fromisoformat(at),
            source=source,
            version=version,
            entry=entry,
        )
    except (ValueError, TypeError):
        raise LedgerCorrupt(
            f"the ledger's generation {generation} has changed since it was written; restore it"
        ) from None


def link_row(link: AccountLink) -> tuple[Any, ...]:
    """The values of a row of account_link, in the table's order."""
    first, second = link.pair.first, link.pair.second
    return (
        *(first.issuer, first.user, second.issuer, second.user, link.step.value),
        *(link.by.issuer, link.by.user, link.at.isoformat(), link.entry),
    )


def read_link(row: Sequence[Any]) -> AccountLink:
    """The step of a row; LedgerCorrupt if it is none."""
    first, one, second, other, step, issuer, user, at, entry = row
    try:
        return AccountLink(
            pair=AccountPair.of(Account(first, one), Account(second, other)),
            step=LinkStep(step),
            by=Account(issuer, user),
            at=datetime.fromisoformat(at),
            entry=entry,
        )
    except (ValueError, TypeError):
        raise LedgerCorrupt(
            "the ledger's links have changed since they were written; restore it"
        ) from None


def _corrupt(source: str, number: int) -> LedgerCorrupt:
    return LedgerCorrupt(
        f"the ledger's version {number} of source {source} has changed since it was written;"
        f" restore it"
    )
