"""Children of the running demo, asked for by who knows no number."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import pytest

from demo.badges import PRACTITIONER
from demo.population.caseload import Town
from demo.population.people import Child
from demo.population.places import NORTHBROOK
from demo.processes.borough import Borough
from demo.processes.gateway_process import GatewayProcess

CHILDREN: Final = 60
FOUND: Final = 55
REASON: Final = {"purpose": "SAFEGUARDING", "justification": "seen at night", "caseReference": "C"}
ASKS: Final = """
query Found($known: KnownDetails!, $reason: AccessReason!) {
  child(known: $known, reason: $reason) {
    child { restriction identifiers { value } }
    ask { code details }
  }
}
"""


@pytest.fixture(scope="module")
def gateway(borough: Borough, tmp_path_factory: pytest.TempPathFactory) -> Iterator[GatewayProcess]:
    state: Path = tmp_path_factory.mktemp("gateway")
    with GatewayProcess(state, borough.files, 0) as running:
        yield running


def asked(gateway: GatewayProcess, user: str, child: Child, **more: Any) -> Any:
    """The answer to a user who knows first name, surname, birth date and sex, and `more`."""
    known = {
        "givenNames": [child.given[0]],
        "familyName": child.family,
        "birthDate": child.born.isoformat(),
        "sex": child.sex.upper(),
        **more,
    }
    body = gateway.ask(
        ASKS,
        {"known": known, "reason": REASON},
        gateway.token(replace(PRACTITIONER.caller, user=user)),
    )
    return body["data"]["child"]


def is_found(answer: Any, child: Child) -> bool:
    found = answer["child"]
    if found is None or found["restriction"] != "NONE_KNOWN":
        return False
    return child.nhs_number in {number["value"] for number in found["identifiers"]}


def test_of_sixty_children_those_are_found_whose_home_is_known(
    gateway: GatewayProcess, people: Town
) -> None:
    near = [child for child in people.crowd if child.area == NORTHBROOK.code][:CHILDREN]
    found = [
        is_found(asked(gateway, "n.nurse", child, postcode=child.home.postcode), child)
        for child in near
    ]
    assert len(found) == CHILDREN
    assert sum(found) >= FOUND


def test_who_knows_no_home_is_asked_for_one_more_detail(
    gateway: GatewayProcess, people: Town
) -> None:
    child = next(each for each in people.crowd if each.area == NORTHBROOK.code)
    answer = asked(gateway, "s.okafor", child)
    assert answer["child"] is None
    assert "postcode" in answer["ask"][0]["details"]
    assert answer["ask"][0]["code"] == "TELL_ONE_MORE"
