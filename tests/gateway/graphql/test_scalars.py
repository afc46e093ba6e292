"""What a scalar writes, it reads again; what it cannot read, it explains without repeating it."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from graphql import GraphQLScalarType
from hypothesis import given
from hypothesis import strategies as st

from adapters.contract.dates import PartialDate
from tests.support.gateway.execution import core_schema

SCALARS: Mapping[str, GraphQLScalarType] = {
    name: type_
    for name, type_ in core_schema().type_map.items()
    if isinstance(type_, GraphQLScalarType)
}
OURS = ("Date", "DateTime", "PartialDate", "NhsNumber", "Upn", "Postcode", "LogIndex")


def _read_again(scalar: str, value: object) -> object:
    return SCALARS[scalar].coerce_input_value(SCALARS[scalar].coerce_output_value(value))


@given(st.dates(min_value=date(1850, 1, 1)))
def test_a_day_survives(day: date) -> None:
    assert _read_again("Date", day) == day
    assert _read_again("PartialDate", PartialDate.of(day)) == PartialDate.of(day)


@given(st.datetimes(min_value=datetime(2, 1, 1), max_value=datetime(9998, 1, 1)))  # noqa: DTZ001
def test_a_moment_survives_and_is_said_in_utc(moment: datetime) -> None:
    eastern = moment.replace(tzinfo=timezone(timedelta(hours=5)))
    assert _read_again("DateTime", eastern) == eastern
    assert SCALARS["DateTime"].coerce_output_value(eastern).endswith("Z")


@given(st.integers(min_value=0, max_value=2**63 - 1))
def test_a_log_index_outgrows_32_bits(index: int) -> None:
    assert SCALARS["LogIndex"].coerce_output_value(index) == str(index)
    assert _read_again("LogIndex", index) == index


def test_a_moment_without_an_offset_is_neither_said_nor_read() -> None:
    with pytest.raises(ValueError, match="without an offset"):
        SCALARS["DateTime"].coerce_output_value(datetime(2026, 3, 9))  # noqa: DTZ001
    with pytest.raises(ValueError, match="needs its offset"):
        SCALARS["DateTime"].coerce_input_value("2026-03-09T14:30:00")
    assert SCALARS["DateTime"].coerce_input_value("2026-03-09T14:30:00Z").tzinfo == UTC


@pytest.mark.parametrize("text", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"])
def test_a_moment_that_utc_has_no_year_for_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="the year 1 to the year 9999"):
        SCALARS["DateTime"].coerce_input_value(text)


@pytest.mark.parametrize("scalar", OURS)
@given(text=st.text(min_size=4))
def test_a_refusal_never_repeats_the_text(scalar: str, text: str) -> None:
    with pytest.raises(ValueError, match=r"\A") as refusal:
        SCALARS[scalar].coerce_input_value(f"Zyxwvut{text}")
    assert "Zyxwvut" not in str(refusal.value)


@pytest.mark.parametrize("scalar", OURS)
@pytest.mark.parametrize("value", [4711, 1.5, True, ["2015"], {"a": "2015"}])
def test_only_text_is_read(scalar: str, value: object) -> None:
    with pytest.raises(ValueError, match="write text in quotes"):
        SCALARS[scalar].coerce_input_value(value)
