"""A batch that could not be answered, or that nobody could use, is refused with what to change."""

import pytest

from tests.support.adapters.aliased import ALIASED
from tests.support.adapters.asking import manifest_of, manifest_text
from tests.support.adapters.batches import BULK, BUNDLED, POSTED
from tests.support.adapters.in_list import DSN, PERSON
from tests.support.adapters.problems import problems

BASE = "https://roll.example"
GOOD = {
    "rest": manifest_text("rest", BASE, POSTED, BULK),
    "fhir": manifest_text("fhir", BASE, BUNDLED, BULK),
    "graphql": manifest_text("graphql", BASE, ALIASED, BULK),
    "sql": manifest_text("sql", rest=PERSON, source=f"{DSN}\n{BULK}"),
}
DETAIL = '[operation.detail.workers]\npath = "/children/{nhs_number}/workers"\n'


def test_a_batch_of_each_kind_is_read_and_says_how_many_go_in_it() -> None:
    operations = {kind: manifest_of(text).operation[0] for kind, text in GOOD.items()}
    assert {kind: one.card.at_once for kind, one in operations.items()} == {
        "rest": 3,
        "fhir": 3,
        "graphql": 3,
        "sql": 4,
    }


@pytest.mark.parametrize(
    ("kind", "good", "bad", "what"),
    [
        ("rest", '"post-ids"', '"every-child"', "batch.as"),
        ("graphql", "query Child", "fragment F on X { a } query Child", "without fragments"),
        ("graphql", "{ people", "{ ...F people", "not in a fragment"),
        ("graphql", "{ people", "{ people }{", "no GraphQL document"),
        ("graphql", "document =", 'path = "/{nhs_number}"\ndocument =', "the same for every child"),
        ("rest", "max = 3", "max = 51", "batch.max"),
        ("rest", '"post-ids"', '"in-list"', "in-list is for kind sql"),
        ("rest", '"post-ids"', '"none"', "as = none has no path"),
        ("rest", ', ids = "numbers"', "", "as = post-ids needs ids"),
        ("rest", '"/children/search"', '"/children/{nhs_number}"', "without placeholders"),
        ("rest", '"/children/search"', '"//elsewhere"', "a path begins with one /"),
        ("rest", BULK, "", "name one in bulk_roles"),
        ("rest", 'effects = "none"', 'effects = "audited"', "a source with effects"),
        (
            "rest",
            BULK,
            f"{BULK}\nsensitive = true",
            "a sensitive service, or one",
        ),
        (
            "rest",
            BULK,
            f'{BULK}\nclaims = ["shield_authority"]',
            "or one of the shield set, is asked",
        ),
        ("rest", 'nhs_number = "nhs"', "", "map needs nhs_number"),
        (
            "rest",
            "/children/{nhs_number}",
            "/children/{record_id}",
            "only by nhs_number or only by upn",
        ),
        (
            "rest",
            "/children/{nhs_number}",
            "/{upn}/{nhs_number}",
            "only by nhs_number or only by upn",
        ),
        ("rest", "[operation.map]", f"{DETAIL}[operation.map]", "not with post-ids"),
        ("rest", "batch =", "supersedes = true\nbatch =", "so take supersedes"),
        ("rest", "batch =", 'page = { style = "link-next" }\nbatch =', "an answer in pages"),
        ("fhir", "batch =", 'method = "POST"\nbatch =', "so write method"),
        ("fhir", "[identify]\nnhs_number", "[identify]\nupn", "map needs nhs_number"),
        ("sql", ":nhs_numbers", ":numbers", "its one bind is :nhs_numbers"),
        ("sql", "WHERE nhs IN :nhs_numbers", "WHERE nhs LIKE :nhs_numbers", "compare with ="),
    ],
)
def test_a_batch_that_cannot_work_is_refused(kind: str, good: str, bad: str, what: str) -> None:
    assert good in GOOD[kind]
    found = problems(GOOD[kind].replace(good, bad, 1))
    assert any(what in text for _, text in found), found
