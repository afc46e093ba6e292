"""What is told is both permitted and wanted, field by field."""

from dataclasses import fields, replace

import pytest

from adapters.contract.codes import ReleaseClass, SupportStatusCode
from adapters.contract.record import (
    Address,
    Carer,
    Event,
    GpPractice,
    Involvement,
    Practitioner,
    Record,
    School,
    SupportStatus,
)
from resolvers.release import CLASS_OF, classes_for, fields_released, fields_within, released
from tests.support.resolvers.people import AMARA, BORN

ALL_FIELDS = frozenset(CLASS_OF)
ALL_CLASSES = frozenset(ReleaseClass)
WORKER = Practitioner("Sam Lee", "01632 960002", "sam.lee@care.example", "SW1")
FULL = replace(
    AMARA,
    birth_date_estimated=True,
    addresses=(Address(("1 Quay Row",)),),
    carers=(Carer("Ngozi O'Brien", telephone="01632 960001"),),
    schools=(School("Quayside Primary"),),
    gp_practice=GpPractice("Elm Surgery"),
    involvements=(
        Involvement("social care", "social worker", WORKER, "North", "01632 960003", "n@c.example"),
        Involvement("counselling", sensitive=True),
    ),
    support_statuses=(SupportStatus(SupportStatusCode.EARLY_HELP),),
    events=(Event(BORN, "visit"),),
    defects=("sex",),
)


def test_every_field_of_a_record_has_a_class_or_is_the_gateways_alone() -> None:
    own = {"record_id", "restricted", "consent", "birth_date_estimated", "defects", "cut"}
    assert {f.name for f in fields(Record)} - own == ALL_FIELDS


def test_all_that_is_permitted_and_wanted_is_told_but_the_gateways_own() -> None:
    told = released(FULL, ALL_CLASSES, ALL_FIELDS)
    assert told == replace(FULL, record_id=None, restricted=None, defects=())


@pytest.mark.parametrize("field", sorted(CLASS_OF))
def test_a_field_is_told_only_where_its_class_is_permitted(field: str) -> None:
    told = released(FULL, ALL_CLASSES - {CLASS_OF[field]}, ALL_FIELDS)
    assert field not in fields_released(told)
    assert field in fields_released(released(FULL, frozenset({CLASS_OF[field]}), ALL_FIELDS))


@pytest.mark.parametrize("field", sorted(CLASS_OF))
def test_a_field_that_nobody_asked_for_is_not_told(field: str) -> None:
    assert field not in fields_released(released(FULL, ALL_CLASSES, ALL_FIELDS - {field}))


def test_without_contact_nobody_can_be_rung() -> None:
    told = released(FULL, ALL_CLASSES - {ReleaseClass.CONTACT}, ALL_FIELDS)
    assert "contacts" not in fields_released(told)
    assert told.involvements[0].practitioner == Practitioner("Sam Lee", registration="SW1")
    assert told.carers == (Carer("Ngozi O'Brien"),)


def test_a_sensitive_service_is_told_of_only_where_that_is_permitted() -> None:
    told = released(FULL, ALL_CLASSES - {ReleaseClass.SENSITIVE}, ALL_FIELDS)
    assert [i.service for i in told.involvements] == ["social care"]


def test_an_estimate_goes_with_its_birth_date_or_not_at_all() -> None:
    assert released(FULL, ALL_CLASSES, frozenset({"birth_date"})).birth_date_estimated
    assert released(FULL, ALL_CLASSES, frozenset({"names"})) == Record(names=FULL.names)


def test_a_question_touches_every_class_of_its_fields() -> None:
    assert classes_for(["names", "sex"]) == {ReleaseClass.IDENTITY}
    assert classes_for(["carers"]) == {ReleaseClass.FAMILY, ReleaseClass.CONTACT}
    assert classes_for(["involvements"]) == {
        ReleaseClass.INVOLVEMENT,
        ReleaseClass.CONTACT,
        ReleaseClass.SENSITIVE,
    }
    assert classes_for(["record_id", "no such field"]) == frozenset()


def test_the_log_names_contacts_beside_the_fields_that_hold_something() -> None:
    one = Record(names=FULL.names, involvements=(Involvement("housing", hours="9 to 5"),))
    assert fields_released(one) == {"names", "involvements", "contacts"}
    assert fields_released(Record()) == frozenset()


def test_what_the_rules_do_not_give_need_not_be_read() -> None:
    wanted = {"addresses", "involvements", "contacts", "names"}
    assert fields_within(frozenset({ReleaseClass.INVOLVEMENT}), wanted) == {"involvements"}
