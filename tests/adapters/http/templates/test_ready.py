"""A request that was written beforehand is, byte by byte, the one that the exact way writes."""

from collections.abc import Mapping
from dataclasses import replace
from hashlib import sha512
from typing import Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.contract.codes import Purpose
from adapters.contract.contract import OnBehalf
from adapters.http.request import REQUEST_ID, RequestParts, on_behalf_headers, request_for
from adapters.http.templates import ready
from adapters.http.templates.address import AddressTemplate
from adapters.http.templates.ready import ReadyRequests
from adapters.manifest.operation import Operation
from adapters.network.http_request import HttpRequest
from adapters.network.signature import Signer
from adapters.network.wire.head import HeadWriter
from tests.support.adapters.asking import NOW
from tests.support.samples import examples

SIGNER: Final = Signer("a-key", lambda text: sha512(text).digest(), lambda: NOW, lambda: "n-1")
BASES: Final = ("http://A.example:80/api/", "https://a.example/100%25/x?y", "http://a.example#x")
PIECES: Final = ("{nhs_number}", "{upn?}", "{birth_date?}", "'", " ", "é", "%", "%s", "&", "ge")
TEXTS: Final = st.lists(st.sampled_from(PIECES), min_size=1, max_size=4).map("".join)
GIVEN: Final = st.fixed_dictionaries(
    {"nhs_number": st.sampled_from(["9990000018", "99/90", "Zoë", "a b"])},
    optional={
        "upn": st.sampled_from(["A123456789012", "?#"]),
        "birth_date": st.just("2015-03-09"),
    },
)
STANDING: Final = ({"Accept": "application/json"}, {"X-Team": "north", "accept": "a/b"})
LOGINS: Final[tuple[dict[str, str], ...]] = (
    {},
    {"Authorization": "Bearer t"},
    {"apikey": "k", "X-Other": " o "},
)
ON_BEHALF: Final = st.builds(
    OnBehalf,
    issuer=st.sampled_from(["https://id.example", ""]),
    user=st.text(max_size=8),
    organisation=st.text(max_size=8),
    purpose=st.sampled_from(Purpose),
    query_id=st.text(max_size=8),
    log_index=st.integers(0, 10**12),
    shield_check=st.booleans(),
    test_child=st.booleans(),
)
MIRA: Final = OnBehalf("https://id.example", "s.worker", "north", Purpose.SAFEGUARDING, "q", 7)
BY_NUMBER: Final = Operation.model_validate(
    {"name": "one", "path": "/{nhs_number}", "query": {"a b": "100%"}, "map": {}}
)
NUMBER: Final = {"nhs_number": "9990000018"}


@st.composite
def operations(draw: st.DrawFn) -> Operation:
    query = draw(st.dictionaries(st.sampled_from(["nhs", "na me", "%s"]), TEXTS, max_size=2))
    path = "/" + "/".join(draw(st.lists(TEXTS, max_size=2)))
    said = {"path": path, "query": {**query, "number": "{nhs_number}"}, "map": {}}
    return Operation.model_validate({"name": "one", **said})


def unlike(  # noqa: PLR0913, PLR0917  what a request is made of
    operation: Operation,
    base: str,
    told: Mapping[str, str],
    one: OnBehalf,
    standing: Mapping[str, str],
    login: Mapping[str, str],
    signer: Signer | None = SIGNER,
) -> list[str]:
    """Where a request written beforehand differs from the exact way's."""
    template = AddressTemplate.of(operation, "rest")
    assert template is not None
    requests = ReadyRequests.of(template, base, standing, login, signer)
    assert requests is not None
    found = requests.request(told, one)
    if found is None:
        return []
    headers = {**standing, **on_behalf_headers(one), **login}
    exact = request_for(operation, RequestParts(base, told, headers))
    if not isinstance(exact, HttpRequest):
        return ["whether it is asked"]
    exact = exact if signer is None else signer.signed(exact)
    writer = HeadWriter("a.example", keeps=True)
    compared = {
        "address": (found.url, exact.url),
        "headers": ([*found.headers.items()], [*exact.headers.items()]),
        "bytes": (writer.written(found), writer.written(exact)),
    }
    return [name for name, (ours, theirs) in compared.items() if ours != theirs]


@settings(max_examples=examples(150))
@given(
    operations(),
    st.sampled_from(BASES),
    GIVEN,
    ON_BEHALF,
    st.sampled_from(STANDING),
    st.sampled_from(LOGINS),
    st.sampled_from([SIGNER, None]),
)
def test_a_request_is_the_one_of_the_exact_way(  # noqa: PLR0913, PLR0917  as above
    operation: Operation,
    base: str,
    told: dict[str, str],
    one: OnBehalf,
    standing: dict[str, str],
    login: dict[str, str],
    signer: Signer | None,
) -> None:
    assert unlike(operation, base, told, one, standing, login, signer) == []


def test_most_children_are_asked_for_by_a_request_that_is_ready() -> None:
    template = AddressTemplate.of(BY_NUMBER, "rest")
    assert template is not None
    requests = ReadyRequests.of(template, BASES[0], STANDING[0], LOGINS[1], SIGNER)
    assert requests is not None
    assert requests.request(NUMBER, MIRA) is not None
    assert requests.request({"nhs_number": "99/90"}, MIRA) is None
    assert requests.request({"upn": "A123"}, MIRA) is None


@pytest.mark.parametrize(
    ("standing", "login"),
    [
        ({"X-Team": "north"}, {"x-team": "south"}),
        ({"X-Teamaround-User": "somebody"}, {}),
        ({"Signature": "x"}, {}),
        ({"Content-Digest": "x"}, {}),
        ({"X-Request": REQUEST_ID}, {}),
        ({"X-Team": "north\r\nX-Other: south"}, {}),
    ],
)
def test_a_header_of_another_kind_is_left_to_the_exact_way(
    standing: dict[str, str], login: dict[str, str]
) -> None:
    template = AddressTemplate.of(BY_NUMBER, "rest")
    assert template is not None
    assert ReadyRequests.of(template, BASES[0], standing, login, SIGNER) is None


def test_a_request_that_was_changed_is_written_anew() -> None:
    template = AddressTemplate.of(BY_NUMBER, "rest")
    assert template is not None
    requests = ReadyRequests.of(template, BASES[0], STANDING[0], LOGINS[1], SIGNER)
    assert requests is not None
    found, writer = requests.request(NUMBER, MIRA), HeadWriter("a.example", keeps=True)
    assert found is not None
    changed = (
        replace(found, headers={**found.headers, "X-Other": "o"}),
        replace(found, url=f"{found.url}&other=o"),
        found.with_headers({}),
    )
    assert b"X-Other: o\r\n" in writer.written(changed[0])
    assert b"&other=o HTTP/1.1\r\n" in writer.written(changed[1])
    assert b"X-Teamaround" not in writer.written(changed[2])


FAULTS: Final = {
    "no value is escaped": ("plain_values", lambda told, places: tuple(told[p] for p in places)),
    "a line is left out": ("_lines", lambda headers: ""[: len(headers)]),
    "the query is not signed": (
        "address_of",
        lambda method, url: f'"@method": {method}\n"@path": {url.partition("?")[0]}\n',
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_the_law_finds_a_request_that_is_another(
    monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    ready._said.cache_clear()  # noqa: SLF001  what was said before the fault
    name, planted = FAULTS[fault]
    monkeypatch.setattr(ready, name, planted)
    try:
        told = ({"nhs_number": "99/90"}, NUMBER)
        cases = [(BY_NUMBER, BASES[0], one, MIRA, STANDING[0], LOGINS[1]) for one in told]
        assert any(unlike(*case) for case in cases)
    finally:
        ready._said.cache_clear()  # noqa: SLF001
