"""The whole borough in its own processes, reached through its manifests as the gateway will."""

import socket
import tempfile
import tomllib
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from adapters.contract.codes import Purpose
from adapters.contract.contract import (
    Fault,
    NoRecord,
    OnBehalf,
    Question,
    Records,
    Reply,
    Unavailable,
)
from adapters.contract.identifiers import NHS_NUMBER
from adapters.kinds import open_adapter
from adapters.manifest.manifest import Manifest
from adapters.network.egress import Egress
from adapters.network.secrets import Secrets
from adapters.validation.loading import read_manifest
from demo.population import register
from demo.population.caseload import Town
from demo.population.nobody import HOLDERS, NOBODY
from demo.population.people import Child
from demo.processes.agency import NAMES
from demo.processes.borough import DOWN, Borough

FIELDS = frozenset({"involvements", "addresses", "support_statuses", "carers"})
ON_BEHALF = OnBehalf(
    "https://teamaround.example", "worker", "northbrook", Purpose.SAFEGUARDING, "query-1", 1
)


def manifest_of(borough: Borough, source: str) -> Manifest:
    return read_manifest(borough.files.manifests / f"{source}.toml")


async def ask(borough: Borough, source: str, operation: str, child: Child) -> Reply:
    adapter = await open_adapter(
        manifest_of(borough, source),
        secrets=Secrets(source, {}, borough.files.secrets),
        egress=Egress.of([borough.origins[source]]),
        clock=lambda: datetime.now(UTC),
    )
    keys = {
        "nhs_number": child.nhs_number,
        "upn": child.upn,
        "family_name": child.family,
        "given_name": child.given[0],
        "birth_date": child.born.isoformat(),
    }
    card = next(one for one in adapter.operations if one.name == operation)
    given = {name: value for name, value in keys.items() if value and name in card.accepts}
    try:
        return await adapter.source.ask(Question(operation, given, FIELDS, 10.0, ON_BEHALF))
    finally:
        await adapter.aclose()


@pytest.mark.parametrize("source", sorted(set(NAMES) - set(DOWN)))
async def test_every_agency_names_a_worker_for_the_child_whom_all_know(
    borough: Borough, people: Town, source: str
) -> None:
    first = manifest_of(borough, source).operation[0].name
    reply = await ask(borough, source, first, people.cast.many_services.child)

    assert isinstance(reply, Records)
    (record,) = reply.records
    assert record.defects == ()
    assert bool(record.involvements) == (source != register.NHS_DEMOGRAPHICS)


async def test_the_agency_that_is_down_refuses_the_connection(
    borough: Borough, people: Town
) -> None:
    child = people.cast.many_services.child

    assert await ask(borough, register.YOUTH_JUSTICE, "by-name", child) == Unavailable(
        Fault.CONNECTION
    )


@pytest.mark.parametrize(
    ("source", "mark"),
    [
        (register.NHS_DEMOGRAPHICS, "True"),
        (register.NORTHBROOK_SOCIAL_CARE, "True"),
        (register.EASTHALLOW_SOCIAL_CARE, "False"),
        (register.HOSPITAL, "None"),
    ],
)
async def test_the_shielded_child_is_restricted_only_where_it_is_known(
    borough: Borough, people: Town, source: str, mark: str
) -> None:
    reply = await ask(borough, source, "by-number", people.cast.shielded.child)

    assert isinstance(reply, Records)
    assert [str(record.restricted) for record in reply.records] == [mark]


@pytest.mark.parametrize("source", [register.NORTHBROOK_SOCIAL_CARE, register.GP_RECORDS])
async def test_a_child_held_nowhere_else_is_found_by_nobody(
    borough: Borough, people: Town, source: str
) -> None:
    reply = await ask(borough, source, "by-number", people.cast.demographics_only.child)

    assert isinstance(reply, NoRecord)


async def test_a_lost_leading_zero_comes_back(borough: Borough, people: Town) -> None:
    reply = await ask(
        borough, register.EASTHALLOW_SOCIAL_CARE, "by-number", people.cast.many_services.child
    )

    assert isinstance(reply, Records)
    assert all((carer.telephone or "").startswith("07") for carer in reply.records[0].carers)


@pytest.mark.parametrize("council", ["northbrook", "easthallow"])
async def test_a_search_by_name_finds_as_much_as_one_by_number(
    borough: Borough, people: Town, council: str
) -> None:
    child, source = people.cast.many_services.child, f"{council}-social-care"
    by_number = await ask(borough, source, "by-number", child)

    assert await ask(borough, source, "by-name", child) == by_number


def test_the_operator_grants_each_source_its_own_address_only(borough: Borough) -> None:
    operator = tomllib.loads(borough.files.operator_file.read_text())
    listed = {grant["source"]: grant["origins"] for grant in operator["grant"]}

    assert listed == {name: [origin] for name, origin in borough.origins.items()}
    assert {area["code"] for area in operator["area"]} == {f"E0999000{n}" for n in range(1, 5)}


def test_a_manifest_in_use_differs_from_the_original_by_its_address_alone(
    borough: Borough,
) -> None:
    for name in NAMES:
        original = read_manifest(Path("demo/manifests") / f"{name}.toml")
        used = manifest_of(borough, name)
        address = {"base_url": original.source.base_url}

        assert used.source.model_copy(update=address) == original.source
        assert used.operation == original.operation


@pytest.mark.parametrize("agency", [register.HOUSING, register.EASTHALLOW_SOCIAL_CARE])
def test_no_agency_outlives_the_borough(agency: str) -> None:
    with (
        tempfile.TemporaryDirectory() as state,
        Borough(Path(state), agencies=[agency], down=[]) as borough,
    ):
        port = urlsplit(borough.origins[agency]).port or 0
        assert answers(port)

    assert not answers(port)


def answers(port: int) -> bool:
    with socket.socket() as caller:
        return caller.connect_ex(("127.0.0.1", port)) == 0


@pytest.mark.parametrize("source", HOLDERS)
async def test_whoever_proves_something_by_finding_nobody_finds_the_test_child(
    borough: Borough, source: str
) -> None:
    reply = await ask(borough, source, "by-number", NOBODY)

    assert isinstance(reply, Records)
    (record,) = reply.records
    assert record.identifier(NHS_NUMBER) == NOBODY.nhs_number
    assert record.restricted is False


def test_the_test_child_is_none_of_the_children(people: Town) -> None:
    everybody = [*people.crowd, *(lead.child for lead in people.cast)]

    assert not [c for c in everybody if NOBODY.nhs_number in {c.nhs_number, c.former_nhs_number}]
    assert not [child for child in everybody if child.family == NOBODY.family]
