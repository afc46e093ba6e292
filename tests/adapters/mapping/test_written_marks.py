"""Words that say a child is protected restrict the child, and are no address and no name."""

from datetime import date
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from adapters.contract.frozen import replace
from adapters.contract.record import Address, Record
from adapters.mapping.mapping import RecordMapping, Unusable
from adapters.mapping.marks.written import _ENGLISH, _WELSH, heeded, is_mark, within
from tests.support.adapters.asking import ALL_FIELDS, manifest_of, manifest_text

REST = """
[[operation]]
name = "all"
path = "/{upn}"
records = "[body]"
[operation.map]
record_id = "id"
nhs_number = "nhs"
family_name = "family"
given_names = "given"
birth_date = "born"
restricted = "hidden"
[[operation.address]]
each = "homes"
lines = "lines"
postcode = "postcode"
[[operation.carer]]
each = "carers"
name = "name"
telephone = "phone"
[[operation.school]]
each = "schools"
name = "name"
[[operation.gp_practice]]
name = "practice"
"""
CLEAR = {"id": "1", "nhs": "9990000018", "family": "Hill", "born": "2015-03-09", "hidden": False}
NOTHING = frozenset[str]()

MARKS = [
    *("CONFIDENTIAL", "Do not disclose", "PROTECTED ADDRESS", "sensitive - see alert"),
    *("*** Don't share ***", "Address withheld", "ADDRESS IS RESTRICTED", "not to be disclosed"),
    *("Confidential: see file", "Undisclosed placement", "SEE ALERT", "Restricted", "withheld"),
    *("CONF ADDR", "S-flag", "PDS sensitive", "Not for disclosure", "address witheld"),
]
WELSH = [
    *("CYFRINACHOL", "Cyfrinachol - gweler y ffeil", "Yn gyfrinachol", "cyfeiriad cyfrinachol"),
    *("CYFEIRIAD GWARCHODEDIG", "Gwarchodedig", "Plentyn gwarchodedig", "Lleoliad cyfrinachol"),
    *("PEIDIWCH Â DATGELU", "peidiwch a datgelu", "Peidiwch a\u0302 rhannu", "peidio â datgelu"),
    *("NI CHANIATEIR DATGELU", "Ni ddylid datgelu", "nid yw i'w ddatgelu", "Na ddatgeler"),
    *("SENSITIF", "Sensitif: gweler y rhybudd", "CYFYNGEDIG", "Manylion cyfyngedig", "SENSITÏF"),
    *("Cyfeiriad heb ei ddatgelu", "Cyfeiriad wedi\u2019i atal", "CYFEIRIAD CUDD"),
]


def read(fields: frozenset[str] = ALL_FIELDS, **said: Any) -> Record | Unusable:
    manifest = manifest_of(manifest_text("rest", "http://a.example", REST))
    mapping = RecordMapping.of(manifest.operation[0], manifest.codes)
    found = [mapping.record({**CLEAR, **said}, fields, date(2026, 11, 22)) for _ in range(3)]
    assert found[0] == found[1] == found[2]
    return found[0]


def record(fields: frozenset[str] = ALL_FIELDS, **said: Any) -> Record:
    found = read(fields, **said)
    assert isinstance(found, Record)
    return found


@pytest.mark.parametrize("mark", MARKS)
def test_a_child_whose_address_is_a_mark_is_restricted_and_has_no_address(mark: str) -> None:
    found = record(homes=[{"lines": [mark]}])
    assert (found.restricted, found.addresses, found.defects) == (True, (), ("addresses",))


@pytest.mark.parametrize("mark", MARKS)
def test_the_address_behind_a_mark_is_left_out_with_it(mark: str) -> None:
    home = {"lines": ["12 Mill Lane", mark], "postcode": "ZZ1 1AA"}
    found = record(homes=[home, {"lines": ["3 High Street"]}])
    assert [one.lines for one in found.addresses] == [("3 High Street",)]
    assert found.restricted is True


@pytest.mark.parametrize("mark", WELSH)
def test_a_child_whose_council_writes_welsh_is_restricted_by_its_mark(mark: str) -> None:
    found = record(homes=[{"lines": ["12 Heol y Felin", mark], "postcode": "ZZ1 1AA"}])
    assert (found.restricted, found.addresses, found.defects) == (True, (), ("addresses",))
    postcode = record(NOTHING, homes=[{"lines": ["12 Heol y Felin"], "postcode": mark.upper()}])
    assert postcode.restricted is True


def test_an_address_and_a_mark_in_one_line_are_left_out() -> None:
    found = record(homes=[{"lines": ["PROTECTED ADDRESS 12 Mill Lane"], "postcode": "ZZ1 1AA"}])
    assert (found.restricted, found.addresses) == (True, ())


@pytest.mark.parametrize("mark", MARKS)
def test_a_mark_instead_of_a_postcode_restricts(mark: str) -> None:
    found = record(homes=[{"lines": ["12 Mill Lane"], "postcode": mark}])
    assert (found.restricted, found.addresses) == (True, ())


@pytest.mark.parametrize("mark", MARKS)
@pytest.mark.parametrize("place", ["schools", "practice"])
def test_a_mark_instead_of_a_school_or_a_practice_restricts(mark: str, place: str) -> None:
    found = record(ALL_FIELDS, **{place: [{"name": mark}] if place == "schools" else mark})
    assert (found.restricted, found.schools, found.gp_practice) == (True, (), None)


@pytest.mark.parametrize("mark", MARKS)
def test_a_mark_restricts_where_no_address_is_asked_for(mark: str) -> None:
    found = record(NOTHING, homes=[{"lines": [mark]}])
    assert (found.restricted, found.addresses, found.defects) == (True, (), ())


def test_places_that_are_not_asked_for_are_not_in_the_record() -> None:
    found = record(NOTHING, homes=[{"lines": ["12 Mill Lane"], "postcode": "?"}], practice="Mill")
    assert (found.restricted, found.addresses, found.gp_practice) == (False, (), None)
    assert found.defects == ()


def test_a_carer_who_is_a_mark_is_left_out() -> None:
    found = record(carers=[{"name": "Do not disclose"}, {"name": "Anna Hill"}])
    assert [one.name for one in found.carers] == ["Anna Hill"]
    assert (found.restricted, found.defects) == (False, ("carers",))


@pytest.mark.parametrize("name", [("PROTECTED", "CHILD"), ("Ann", "CONFIDENTIAL")])
def test_a_child_whose_name_is_a_mark_is_restricted(name: tuple[str, str]) -> None:
    given, family = name
    found = record(given=given, family=family)
    assert (found.restricted, found.names) == (True, ())


def test_a_record_of_nothing_but_a_mark_and_a_day_is_none() -> None:
    assert isinstance(read(id=None, nhs=None, family="CONFIDENTIAL"), Unusable)


PLAIN = [
    *("12 Alert Street", "Sensitive Plant Cottage", "The Withheld Arms", "Notre Dame Close"),
    *("Restricted Byway Cottage", "Protected Wood Lane", "Never Never Land", "1 Knot Road"),
    *("Flag Cottage, Conference Close", "Hidden Valley", "3 Bell's Flag Row", "Address Road"),
    *("NFA", "No fixed abode", "c/o Confield House", "Shared House, Give Ale Lane"),
]
WELSH_PLAIN = [
    *("Tŷ Cyfrinach", "Bwthyn Cyfrinach", "Yr Ardd Gyfrinachol", "Llwybr Cyfrinachol"),
    *("Llety Gwarchod Bryn Awel", "Tai Gwarchod", "Canolfan Warchod", "Ardal Warchodedig Y Bryn"),
    *("Cartrefi Eryri Cyfyngedig", "Lôn Gyfyng", "Heol y Rhybudd", "Rhandir, Lôn Rhannu"),
    *("Tŷ Cudd", "Cwm Cudd", "Ysgol Gymraeg Bryn Tawe", "Plas y Coed, Llanfair-ym-Muallt"),
    *("Maes yr Haf, Y Felinheli", "12 Ffordd y Môr, Aberystwyth", "Ysbyty Gwynedd", "Tŷ Dim"),
    *("Meddygfa'r Sarn", "Canolfan Datgelu'r Dyffryn", "Peidiwch House", "Nid-y-Frân"),
]


@pytest.mark.parametrize("line", [*PLAIN, *WELSH_PLAIN])
def test_an_address_with_such_a_word_in_its_name_is_an_address(line: str) -> None:
    found = record(homes=[{"lines": [line]}], schools=[{"name": line}])
    assert (found.restricted, found.defects) == (False, ())
    assert [one.lines for one in found.addresses] == [(line,)]


@pytest.mark.parametrize(
    "line", ["DO_NOT_GIVE_OUT", "do not\u00a0share", "Never.given.out", "con\ufb01dential"]
)
def test_a_mark_is_heeded_however_its_words_are_parted(line: str) -> None:
    found = record(homes=[{"lines": [line, "4 Low Street"]}])
    assert (found.restricted, found.addresses) == (True, ())


@given(
    mark=st.from_regex(_ENGLISH) | st.from_regex(_WELSH),
    between=st.sampled_from(" _.-/\u00a0*"),
    loud=st.booleans(),
)
def test_each_text_that_is_a_mark_is_heeded(*, mark: str, between: str, loud: bool) -> None:
    line = mark.replace(" ", between)
    line = line.upper() if loud else line
    assume(is_mark(line))
    assert heeded(Record(addresses=(Address(lines=(line,)),))).restricted is True


@pytest.mark.parametrize("place", ["addresses", "schools", "gp_practice"])
def test_nobody_hears_that_a_place_was_cut_who_did_not_ask_for_it(place: str) -> None:
    """Also where a child's record has no such place."""
    cut = replace(record(NOTHING), cut=(place,))
    assert within(cut, NOTHING).cut == ()
    assert within(cut, ALL_FIELDS).cut == (place,)
