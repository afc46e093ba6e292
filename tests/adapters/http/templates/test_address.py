"""An address from a template is the one that the exact way makes, or there is none."""

from collections.abc import Mapping
from typing import Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.http.request import RequestParts, request_for
from adapters.http.templates import address
from adapters.http.templates.address import AddressTemplate
from adapters.manifest.operation import KEYS, Operation
from adapters.manifest.placeholder import as_fhir
from adapters.network.http_request import HttpRequest
from tests.support.samples import examples

BASES: Final = ("http://a.example", "http://a.example/api/", "https://a.example/100%25/x?y")
PIECES: Final = st.sampled_from(
    [
        *(f"{{{key}}}" for key in sorted(KEYS)),
        *(f"{{{key}?}}" for key in sorted(KEYS)),
        *(
            "",
            "'",
            "*",
            " ",
            "eq'",
            "é",
            "%",
            "%s",
            "&",
            "=",
            "ge",
            "urn:x|",
            ",",
            "$",
            "\\",
            "100%",
        ),
    ]
)
TEXTS: Final = st.lists(PIECES, min_size=1, max_size=4).map("".join)
VALUES: Final = st.one_of(
    st.sampled_from(
        [
            *(
                "9990000018",
                "2015-03-09",
                "A123456789012",
                "Hart",
                "p-1",
                "F",
                "Vale-Hart",
                "O'Neill",
            ),
            *("Zoë", "", " ", "*", "a*", "a", "..", ".", "a/b", "a b", "-1", "1-", "a--b", "%41"),
            *("٩٩٩", "ab\n", "a\u200db", "N1 1AA", "a,b", "x" * 300),
        ]
    ),
    st.text(max_size=4),
)
GIVEN: Final = st.dictionaries(st.sampled_from(sorted(KEYS)), VALUES, max_size=8).map(
    lambda told: {"nhs_number": "9990000018", **told}
)
QUERIES: Final = st.dictionaries(
    st.sampled_from(["nhs", "given", "na me", "%s", "$filter"]), TEXTS, max_size=3
)
PATHS: Final = st.lists(TEXTS, min_size=1, max_size=3).map(lambda parts: "/" + "/".join(parts))


@st.composite
def operations(draw: st.DrawFn) -> Operation:
    query = {**draw(QUERIES), "number": "{nhs_number}"}
    return Operation.model_validate({"name": "one", "path": draw(PATHS), "query": query, "map": {}})


def unlike(kind: str, operation: Operation, base: str, told: Mapping[str, str]) -> bool:
    """Whether a template gives an address that is not the exact way's."""
    template = AddressTemplate.of(operation, kind)
    assert template is not None
    say = as_fhir if kind == "fhir" else None
    exact = request_for(operation, RequestParts(base, told, {}), say)
    found = [template.filled(base, told) for _ in range(2)]
    if found[0] is None:
        return found[1] is not None
    return not isinstance(exact, HttpRequest) or found != [exact.url] * 2


CASES: Final = (st.sampled_from(["rest", "fhir"]), operations(), st.sampled_from(BASES), GIVEN)


@settings(max_examples=examples(150))
@given(*CASES)
def test_an_address_is_the_one_of_the_exact_way(
    kind: str, operation: Operation, base: str, told: dict[str, str]
) -> None:
    assert not unlike(kind, operation, base, told)


@pytest.mark.parametrize(
    ("told", "by_template"),
    [
        ({"nhs_number": "9990000018"}, True),
        ({"nhs_number": "9990000018", "birth_date": "2015-03-09"}, True),
        ({"nhs_number": "9990000018", "birth_date": "*"}, False),
        ({"nhs_number": "99/90"}, False),
        ({"birth_date": "2015-03-09"}, False),
    ],
)
def test_numbers_and_days_need_no_escaping(told: dict[str, str], *, by_template: bool) -> None:
    said = {"path": "/{nhs_number}", "query": {"born": "eq{birth_date?}"}, "map": {}}
    operation = Operation.model_validate({"name": "one", **said})
    template = AddressTemplate.of(operation, "rest")
    assert template is not None
    assert (template.filled(BASES[0], told) is not None) is by_template


FAULTS: Final = {
    "any value is plain": ("_is_plain", lambda _: True),
    "a name is not escaped": ("_escaped", lambda text: text.replace("%", "%%")),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_the_law_finds_an_address_that_is_another(
    monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    name, planted = FAULTS[fault]
    monkeypatch.setattr(address, name, planted)
    said = {"path": "/{record_id}", "query": {"na me": "'{birth_date?}' é"}, "map": {}}
    operation = Operation.model_validate({"name": "one", **said})
    told = [{"record_id": one, "birth_date": "2015-03-09"} for one in ("a/b", "ab")]
    assert any(unlike("rest", operation, BASES[0], one) for one in told)
