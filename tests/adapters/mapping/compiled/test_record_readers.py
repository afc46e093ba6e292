"""Generated functions read each document as the exact mapping does, or leave it to that."""

import pickle
from collections.abc import Callable
from dataclasses import FrozenInstanceError, replace
from typing import Any, Final

import orjson
import pytest

from adapters.contract.codes import InvolvementStatus
from adapters.contract.record import Record
from adapters.mapping import mapping as mapping_module
from adapters.mapping.compiled import (
    common_values,
    item_text,
    parts,
    record_readers,
    value_text,
)
from adapters.mapping.compiled.common_values import COMMON
from adapters.mapping.compiled.function import Function
from adapters.mapping.compiled.record_readers import COUNTS, MOST_WANTED, MappingCounts
from adapters.mapping.mapping import RecordMapping
from tests.support.adapters.asking import ALL_FIELDS, manifest_of, manifest_text
from tests.support.adapters.generated.differences import TODAY, Trial, differences
from tests.support.adapters.generated.drawn_values import GOOD, ODD, ODD_OF, Oddness
from tests.support.samples import LONG

MAPPINGS: Final = 20_000 if LONG else 80
OPEN: Final = InvolvementStatus.OPEN
ENOUGH: Final = 0.3  # of the documents, odd ones among them, are read by generated functions
FAULT_FOUND_WITHIN: Final = 2_000  # mappings


@pytest.mark.sampled
def test_generated_functions_read_what_the_mapping_reads() -> None:
    trial = Trial()
    assert list(differences(range(MAPPINGS), trial)) == []
    assert trial.generated > ENOUGH * trial.read


def _always(*, say: Any) -> Callable[..., Any]:
    return lambda *_, **__: say


FAULTS: Final = {
    "a day before anybody lived": (common_values, "EARLIEST_YEAR", 0, "birth_date"),
    "a day of no child's life": (common_values, "CHILDREN_ARE_BORN", range(1, 9999), "start"),
    "no telephone number": (common_values, "is_telephone", _always(say=True), "telephone"),
    "a number that nobody has": (common_values, "is_not_held", _always(say=False), "telephone"),
    "a number without its zero": (common_values, "_SHORT_NUMBER", 99, "telephone"),
    "no email address": (common_values, "is_email", _always(say=True), "email"),
    "a wrong check digit": (common_values, "_plain_nhs_number", str.isalnum, "nhs_number"),
    "a pseudo-postcode": (common_values, "NO_POSTCODE", "no postcode", "postcode"),
    "an escaped family name": (value_text, "may_be_escaped", _always(say=False), "family_name"),
    "an escaped given name": (common_values, "may_be_escaped", _always(say=False), "given_names"),
    "a long text": (value_text, "TEXT_CAP", 5_000, "family_name"),
    "a number that many have": (common_values, "is_no_record", _always(say=False), "record_id"),
    "a cut text": (value_text, "is_cut", _always(say=False), "family_name"),
    "a code past all bounds": (value_text, "bounded", lambda raw: raw, "sexes"),
    "a list where a name should be": (value_text, "may_be", _always(say=True), "family_name"),
    "a list too long": (parts, "LIST_CAP", 500, "list"),
    "an involvement that is over": (item_text, "status_of", _always(say=OPEN), "none"),
    "a home that was left": (item_text, "currency_of", _always(say=True), "none"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_the_law_finds_a_function_that_reads_otherwise(
    monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    room, name, planted, odd = FAULTS[fault]
    monkeypatch.setattr(room, name, planted)
    found = differences(range(FAULT_FOUND_WITHIN), Trial(), Oddness(0.5, odd))
    assert next(found, None) is not None


VALUES: Final = (
    *ODD,
    *(one for every in (GOOD, ODD_OF) for some in every.values() for one in some),
)


@pytest.mark.parametrize("convert", COMMON, ids=lambda convert: convert.__name__)
def test_what_is_common_is_converted_as_ever(convert: Callable[[Any], Any]) -> None:
    function = Function("value")
    COMMON[convert](function, 0, "value", function.named(_always(say=None)))
    function.add(0, "return value")
    read = function.made()
    for value in VALUES:
        found = read(value)
        if found is not None:
            assert (type(found), repr(found)) == (type(exact := convert(value)), repr(exact))


PUPIL: Final = """
[[operation]]
name = "by-upn"
path = "/{upn}"
records = "[body]"
[operation.map]
record_id = "id"
nhs_number = "nhs"
family_name = "family"
sex = { path = "sex", codes = "sex" }
[[operation.involvement]]
each = "workers"
practitioner = "name"
[codes.sex]
F = "FEMALE"
"*" = "OTHER"
"""
HART: Final = {"id": "p-1", "nhs": "9990000018", "family": "Hart", "workers": [{"name": "Jo"}]}


def mapping() -> RecordMapping:
    manifest = manifest_of(manifest_text("rest", "http://a.example", PUPIL))
    return RecordMapping.of(manifest.operation[0], manifest.codes)


def records(document: Any, times: int) -> list[Any]:
    """The record of a document, read so many times by one mapping."""
    one = mapping()
    return [one.record(document, ALL_FIELDS, TODAY) for _ in range(times)]


def test_a_function_is_made_for_the_second_document() -> None:
    before = COUNTS.exact, COUNTS.generated
    first, *later = records(HART, 4)
    assert (COUNTS.exact - before[0], COUNTS.generated - before[1]) == (1, 3)
    assert [first] * 3 == later


def test_a_record_is_frozen_however_it_was_made() -> None:
    first, second = records(HART, 2)
    for one in (second, second.names[0], second.identifiers[0], *second.involvements):
        with pytest.raises(FrozenInstanceError):
            one.__setattr__(one.__match_args__[0], "other")
    assert hash(first) == hash(second)
    assert pickle.loads(pickle.dumps(second)) == first  # noqa: S301  # our own
    assert replace(second, record_id="p-2") == replace(first, record_id="p-2")


def test_a_code_past_all_bounds_is_unreadable_and_no_unlisted_one() -> None:
    first, second = records({**HART, "sex": "x" * 1_048_577}, 2)
    assert first == second
    assert second.defects == ("sex",)


def test_whoever_asks_for_ever_other_fields_has_no_more_functions_made() -> None:
    one = mapping()
    for number in range(3 * MOST_WANTED):
        for _ in range(2):
            fields = frozenset({"involvements", f"none-{number}"})
            assert one.record(HART, fields, TODAY) == one.exact(HART, fields, TODAY)
    assert len(one.readers.readers) == MOST_WANTED
    assert len(one.readers.lists) == 1


KEY: Final = "'] or exit() #"
WRITTEN: Final = orjson.dumps(f'"{KEY}"').decode()


def test_what_a_manifest_writes_never_stands_in_the_text_of_a_function() -> None:
    text = PUPIL.replace('family_name = "family"', f"family_name = {WRITTEN}")
    manifest = manifest_of(manifest_text("rest", "http://a.example", text))
    read = RecordMapping.of(manifest.operation[0], manifest.codes)
    told = [read.record({**HART, KEY: "Vale"}, ALL_FIELDS, TODAY) for _ in range(2)]
    assert [one.names[0].family for one in told if isinstance(one, Record)] == ["Vale"] * 2


@pytest.mark.parametrize("deep", [3, 19, 25, 35])
def test_an_expression_of_many_lists_is_read_however_deep(deep: int) -> None:
    path = "w" + ".a[*]" * deep
    text = PUPIL.replace('practitioner = "name"', f'practitioner = "{path}"')
    manifest = manifest_of(manifest_text("rest", "http://a.example", text))
    one = RecordMapping.of(manifest.operation[0], manifest.codes)
    told: Any = "Jo"
    for _ in range(deep):
        told = {"a": [told]}
    document = {**HART, "workers": [{"w": told}]}
    first, second = (one.record(document, ALL_FIELDS, TODAY) for _ in range(2))
    assert first == second == one.exact(document, ALL_FIELDS, TODAY)


def test_an_operator_is_told_how_many_records_were_not_read_by_functions(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    told: list[tuple[int, int, int]] = []
    counts = MappingCounts()
    monkeypatch.setattr(record_readers, "EVERY", 3)
    monkeypatch.setattr(mapping_module, "COUNTS", counts)
    with counts.told_to(lambda *counted: told.append(counted)):
        records(HART, 2)
        one = mapping()
        for document in (HART, HART, {**HART, "nhs": "no number"}):
            one.record(document, ALL_FIELDS, TODAY)
        assert told == [(1, 0, 2)]
        records(HART, 1)
    assert told == [(1, 0, 2), (2, 1, 3)]
    records(HART, 3)
    assert told == [(1, 0, 2), (2, 1, 3)]  # nobody is told once the gateway is gone
