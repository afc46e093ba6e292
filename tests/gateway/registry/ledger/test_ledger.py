"""The ledger keeps every version and every change, in whichever store it is."""

import asyncio
import sqlite3
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import asyncpg
import pytest

from gateway.cli.database.places import StoreFile
from gateway.cli.database.privileges import Roles
from gateway.cli.database.upgrade import upgrade_file, upgrade_server
from gateway.model.account import Account, AccountLink, AccountPair, LinkStep
from gateway.registry.ledger.contract import Ledger, LedgerCorrupt, LedgerUnavailable
from gateway.registry.ledger.record import (
    By,
    LedgerHead,
    RolloutKind,
    RolloutRecord,
    RuleResult,
    Version,
)
from gateway.registry.ledger.schema import SCHEMA
from tests.gateway.registry.ledger.conftest import opened
from tests.support.audit.database import ROLE, as_owner

JO = By("jo.lane", "northbrook", "https://council.example")
JO_THERE = Account("https://hospital.example", "jo.lane")
LINK = AccountLink(
    AccountPair.of(JO.account, JO_THERE),
    LinkStep.PROPOSED,
    Account("https://council.example", "o.perator"),
    datetime(2026, 11, 22, 12, tzinfo=UTC),
    41,
)
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
CLINIC = Version(
    "clinic", 1, "clinic", "manifest = 1", None, JO, NOON, (RuleResult("a", None, "b"),)
)
APPROVED = RolloutRecord(1, RolloutKind.APPROVED, "digest", JO, NOON, "clinic", 1, 7)
CONFIGURED = RolloutRecord(1, RolloutKind.CONFIGURED, "digest", JO, NOON)
LONG_S = 600.0


async def test_a_version_is_given_back_as_it_was_proposed(ledger: Ledger) -> None:
    await ledger.propose(CLINIC)
    assert await ledger.version("clinic", 1) == CLINIC
    assert await ledger.version("clinic", 2) is None


async def test_every_version_is_kept_and_the_newest_is_found(ledger: Ledger) -> None:
    await ledger.propose(CLINIC)
    assert await ledger.next_number("clinic") == 2
    await ledger.propose(replace(CLINIC, number=2, rules="permit", level="dependable"))
    await ledger.propose(replace(CLINIC, source="attic"))
    assert [(v.source, v.number) for v in await ledger.newest()] == [("attic", 1), ("clinic", 2)]
    assert await ledger.version("clinic", 1) == CLINIC


async def test_a_manifest_of_the_folder_keeps_the_number_that_it_had(ledger: Ledger) -> None:
    await ledger.propose(CLINIC)
    assert await ledger.numbered("clinic", CLINIC.manifest, None) is None
    await ledger.propose(replace(CLINIC, number=2, from_folder=True))
    await ledger.propose(replace(CLINIC, number=3, from_folder=True, rules="permit"))
    assert await ledger.numbered("clinic", CLINIC.manifest, None) == 2
    assert await ledger.numbered("clinic", CLINIC.manifest, "permit") == 3


async def test_a_number_is_given_once(ledger: Ledger, beside: Ledger) -> None:
    await ledger.propose(CLINIC)
    with pytest.raises(LedgerUnavailable):
        await beside.propose(replace(CLINIC, manifest="other"))


async def test_a_fresh_ledger_stands_at_nothing(ledger: Ledger) -> None:
    assert await ledger.head() == LedgerHead()


async def test_the_last_word_about_a_source_counts(ledger: Ledger) -> None:
    await ledger.propose(CLINIC)
    await ledger.record_rollout(APPROVED)
    await ledger.record_rollout(replace(CONFIGURED, generation=2, files="other"))
    head = await ledger.head()
    assert (head.generation, head.files) == (2, "other")
    assert head.approved == {"clinic": 1}
    suspended = replace(APPROVED, generation=3, kind=RolloutKind.SUSPENDED)
    await ledger.record_rollout(suspended)
    head = await ledger.head()
    assert head.approved == {}
    assert head.suspended == {"clinic"}
    assert head.sources["clinic"] == suspended


async def test_a_generation_begins_once(ledger: Ledger, beside: Ledger) -> None:
    await ledger.record_rollout(CONFIGURED)
    with pytest.raises(LedgerUnavailable):
        await beside.record_rollout(CONFIGURED)
    assert await beside.generation() == 1


async def test_what_another_gateway_rolled_out_is_seen(ledger: Ledger, beside: Ledger) -> None:
    await ledger.record_rollout(CONFIGURED)
    assert (await beside.head()).generation == 1


async def test_a_lease_is_renewed_only_under_the_newest_generation(ledger: Ledger) -> None:
    await ledger.record_rollout(CONFIGURED)
    assert await ledger.hold("a", 0, LONG_S) == 1
    assert await ledger.behind(1) == 0
    assert await ledger.hold("a", 1, LONG_S) == 1
    assert await ledger.behind(2) == 1


async def test_a_change_waits_for_whoever_still_serves_what_was(
    ledger: Ledger, beside: Ledger
) -> None:
    await ledger.record_rollout(CONFIGURED)
    await beside.hold("other", 1, LONG_S)
    await ledger.record_rollout(replace(CONFIGURED, generation=2))
    assert await ledger.behind(2) == 1
    await beside.hold("other", 1, LONG_S)
    assert await ledger.behind(2) == 1
    await beside.hold("other", 2, LONG_S)
    assert await ledger.behind(2) == 0


async def test_a_lease_that_is_over_or_given_back_holds_up_nobody(ledger: Ledger) -> None:
    await ledger.hold("crashed", 0, 0.0)
    await ledger.hold("stopped", 0, LONG_S)
    assert await ledger.behind(1) == 1
    await ledger.let_go("stopped")
    assert await ledger.behind(1) == 0


async def test_two_gateways_change_one_after_the_other(ledger: Ledger, beside: Ledger) -> None:
    order: list[str] = []

    async def change(one: Ledger, name: str) -> None:
        async with one.turn():
            order.append(name)
            await asyncio.sleep(0)
            order.append(name)

    await asyncio.gather(change(ledger, "a"), change(beside, "b"), change(ledger, "c"))
    assert order[::2] == order[1::2]


async def test_a_turn_ends_whatever_happened_in_it(ledger: Ledger, beside: Ledger) -> None:
    with pytest.raises(ZeroDivisionError):
        async with ledger.turn():
            raise ZeroDivisionError
    async with beside.turn():
        pass


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE source_version SET manifest = 'other'",
        "DELETE FROM source_version",
        "UPDATE enactment SET kind = 'APPROVED'",
        "DELETE FROM enactment",
    ],
)
async def test_nothing_that_was_kept_can_be_changed(
    ledger: Ledger, place: Path | str, sql: str
) -> None:
    await ledger.propose(CLINIC)
    await ledger.record_rollout(APPROVED)
    if isinstance(place, Path):
        with pytest.raises(sqlite3.IntegrityError), sqlite3.connect(place) as database:
            database.execute(sql)
        database.close()
    else:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await as_owner(place, sql)
    assert await ledger.version("clinic", 1) == CLINIC


async def _edited(place: Path | str, owner: str, sql: str) -> None:
    if isinstance(place, Path):
        with sqlite3.connect(place) as database:
            database.executescript(f"DROP TRIGGER version_is_final; {sql}")
        database.close()
    else:
        await as_owner(owner, f"ALTER TABLE source_version DISABLE TRIGGER ALL; {sql}")


async def test_an_edited_manifest_is_refused_by_its_version(
    ledger: Ledger, place: Path | str
) -> None:
    await ledger.propose(CLINIC)
    owner = str(place).replace(ROLE, "postgres", 1)
    await _edited(place, owner, "UPDATE source_version SET manifest = 'other'")
    with pytest.raises(LedgerCorrupt, match="version 1 of source clinic"):
        await ledger.version("clinic", 1)
    with pytest.raises(LedgerCorrupt, match="version 1 of source clinic"):
        await opened(place)


async def test_a_file_that_is_no_ledger_is_named(tmp_path: Path) -> None:
    file = tmp_path / "ledger.sqlite"
    file.write_bytes(b"no database at all, and long enough to be looked at" * 50)
    with pytest.raises(LedgerCorrupt, match=r"ledger\.sqlite: is damaged"):
        await opened(file)


async def test_the_file_is_its_owners_alone(tmp_path: Path) -> None:
    file = tmp_path / "ledger.sqlite"
    await opened(file)
    assert file.stat().st_mode & 0o777 == 0o600


async def test_the_steps_of_a_link_are_found_at_every_gateway_in_their_order(
    ledger: Ledger, beside: Ledger
) -> None:
    assert await beside.links() == ()
    confirmed = replace(LINK, step=LinkStep.CONFIRMED, by=JO_THERE, entry=42)
    await ledger.link(LINK)
    await ledger.link(confirmed)
    assert await beside.links() == (LINK, confirmed)
    with pytest.raises(LedgerUnavailable):
        await beside.link(replace(LINK, entry=43))


@pytest.mark.parametrize("sql", ["DELETE FROM account_link", "UPDATE account_link SET entry = 1"])
async def test_no_link_is_taken_back_or_changed(
    ledger: Ledger, place: Path | str, sql: str
) -> None:
    await ledger.link(LINK)
    if isinstance(place, Path):
        with pytest.raises(sqlite3.IntegrityError), sqlite3.connect(place) as database:
            database.execute(sql)
        database.close()
    else:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await as_owner(place, sql)
    assert await ledger.links() == (LINK,)


async def test_a_ledger_of_before_issuers_were_kept_goes_on_and_knows_of_none(
    ledger: Ledger, place: Path | str
) -> None:
    await ledger.propose(CLINIC)
    await ledger.record_rollout(APPROVED)
    before = (
        "ALTER TABLE source_version DROP COLUMN by_issuer;"
        "ALTER TABLE enactment DROP COLUMN by_issuer;"
        "DROP TABLE account_link; DROP TABLE ledger_schema"
    )
    owner = str(place).replace(ROLE, "postgres", 1)
    if isinstance(place, Path):
        with sqlite3.connect(place) as database:
            database.executescript(before)
        database.close()
    else:
        await as_owner(owner, f"{before}; DROP FUNCTION refuse_version_leap CASCADE")
    for _ in range(2):
        with pytest.raises(LedgerUnavailable, match="run `teamaround db upgrade`"):
            await opened(place)
    if isinstance(place, Path):
        upgrade_file(StoreFile(SCHEMA, place))
    else:
        await upgrade_server(owner, Roles())
    again = await opened(place)
    nameless = By(JO.user, JO.organisation)
    assert await again.version("clinic", 1) == replace(CLINIC, by=nameless)
    assert (await again.head()).sources == {"clinic": replace(APPROVED, by=nameless)}
    await again.propose(replace(CLINIC, number=2))
    assert (await again.version("clinic", 2)) == replace(CLINIC, number=2)
    await again.link(LINK)
    await again.aclose()
