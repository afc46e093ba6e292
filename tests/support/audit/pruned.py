"""A log whose first entries are old: of two kinds that a policy lets go, and of one that stays."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from gateway.audit.entry.entry import Entry
from gateway.audit.entry.kind import AuditKind
from gateway.audit.entry.range import EntryRange
from gateway.audit.publish.pruning import Pruned, due_ranges, prune, pruning
from gateway.audit.publish.publication import Publication
from gateway.audit.publish.retention_policy import Retention
from gateway.audit.store.contract import Log
from gateway.audit.tree.note import NoteSigner
from tests.support.audit.examples import MAYA, NOON, OMAR, asked
from tests.support.audit.publishing import ORIGIN, Minutes
from tests.support.audit.signing import signing

POLICY = 'policy = "Retention schedule 4.2"\n[keep_years]\nINTENT = 8\nRELEASE = 8\n'
KINDS = (AuditKind.INTENT, AuditKind.RELEASE, AuditKind.BREAK_GLASS)
OLD = NOON - timedelta(days=9 * 366)
OFFICER = "r.officer"


def entry(number: int, at: datetime) -> Entry:
    """Every third is of a kind that stays; the old ones are Maya's, the young ones Omar's."""
    child = MAYA if at < NOON else OMAR
    return replace(asked(f"query-{number}", child), kind=KINDS[number % 3], at=at)


async def fill(log: Log, old: int, young: int) -> None:
    """Append so many nine years ago, and so many now."""
    for number in range(old + young):
        await log.append(entry(number, OLD if number < old else NOON))


def policy(folder: Path, text: str = POLICY) -> Retention:
    """The policy, from a file."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "retention.toml").write_text(text)
    return Retention.read(folder / "retention.toml")


async def nobody_to_ask(_: int) -> None:
    """As where no witness is asked for."""


async def publication_of(log: Log, folder: Path) -> Publication:
    """The log under a key in `folder`, whoever wrote what it has already."""
    signer = await signing(NoteSigner.at(folder / "log-key", ORIGIN), folder)
    return await Publication.open(log, signer, Minutes(), sign_unmarked=True)


async def pruned(
    publication: Publication, retention: Retention, spans: Sequence[EntryRange] | None = None
) -> Pruned:
    """Prune what is due, as the command does."""
    due = await due_ranges(publication.log, retention, NOON) if spans is None else list(spans)
    return await prune(publication, due, pruning(retention, OFFICER, NOON), nobody_to_ask)
