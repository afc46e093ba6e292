"""What a plugin says is believed only as far as it is a reply; nobody has read its code."""

from datetime import UTC, datetime
from typing import Any

import pytest

from adapters.contract.codes import Sex
from adapters.contract.contract import (
    Fault,
    Malformed,
    MoreNeeded,
    NoRecord,
    Records,
    Refused,
    Reply,
    TooMany,
    Unavailable,
)
from adapters.contract.dates import PartialDate
from adapters.contract.record import Address, Identifier, Involvement, Name, Practitioner, Record
from adapters.plugins.reply import checked

ANN = Record(
    record_id="7",
    identifiers=(Identifier("nhs_number", "9990000018"),),
    names=(Name(("Ann",), "Hill"),),
    birth_date=PartialDate(2015, 3, 9),
    sex=Sex.FEMALE,
    involvements=(Involvement("Clinic", practitioner=Practitioner("Jo Hart")),),
)
AWARE = datetime(2026, 11, 22, tzinfo=UTC)


@pytest.mark.parametrize(
    "reply",
    [
        Records((ANN,), AWARE),
        NoRecord(),
        NoRecord(AWARE),
        TooMany(),
        MoreNeeded(("birth_date",)),
        Refused(),
        Unavailable(Fault.BUSY, 3.0),
        Malformed("truncated"),
    ],
)
def test_a_reply_is_passed_on_as_it_is(reply: Reply) -> None:
    assert checked(reply, 3) == reply


@pytest.mark.parametrize(
    "reply",
    [
        None,
        {},
        "NONE",
        NoRecord,
        Records(()),
        Records((None,)),  # type: ignore[arg-type]
        Records([ANN]),  # type: ignore[arg-type]
        Records((ANN,), AWARE.replace(tzinfo=None)),
        Records((Record(names=("Ann",)),)),  # type: ignore[arg-type]
        Records((Record(names=(Address(),)),)),  # type: ignore[arg-type]
        Records((Record(birth_date="2015-03-09"),)),  # type: ignore[arg-type]
        Records((Record(restricted="zqmarker"),)),  # type: ignore[arg-type]
        NoRecord("today"),  # type: ignore[arg-type]
        MoreNeeded(("the mother's maiden name",)),
        Malformed("no card for Ann Hill"),
    ],
)
def test_what_is_no_reply_is_malformed_and_says_nothing(reply: Any) -> None:
    assert checked(reply, 3) == Malformed("plugin")


def test_more_records_than_the_manifest_allows_are_too_many() -> None:
    assert checked(Records((ANN,) * 4), 3) == TooMany()


def test_a_plugins_texts_are_plain() -> None:
    name = Name(("A\u202enn\x07",), "Hi\x1b[31mll\n")
    reply = checked(Records((Record(record_id="7", names=(name,)),)), 3)
    assert isinstance(reply, Records)
    assert reply.records[0].names == (Name(("Ann",), "Hi[31mll"),)
