"""A date is read by the form that the manifest names, and by no other; nothing is guessed."""

from datetime import UTC, date, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.contract.codes import InvolvementStatus
from adapters.contract.dates import PartialDate
from adapters.contract.record import Record
from adapters.mapping.date_format import NAMED, DateForm, DateFormatError, day_reader
from adapters.mapping.mapping import RecordMapping
from tests.support.adapters.asking import manifest_of, manifest_text
from tests.support.adapters.problems import problems

LONDON = ZoneInfo("Europe/London")
REST = """
[[operation]]
name = "all"
path = "/{upn}"
records = "[body]"
[operation.map]
nhs_number = "nhs"
birth_date = { path = "born", as = "date", format = "FORM" }
[[operation.involvement]]
service = { value = "Youth work" }
start = { path = "since", as = "date", format = "FORM" }
"""


DAY_BY: Final = {
    "iso": "2015-03-09",
    "iso-as-written": "2015-03-09",
    "excel": 42072,
    "unix": 1425859200,
    "unix-ms": 1425859200000,
    "dotnet": "/Date(1425859200000)/",
    "%d/%m/%Y": "09/03/2015",
    "%d/%m/%y": "09/03/15",
    "%Y%m%d": "20150309",
    "%d/%m/%Y %H:%M %z": "09/03/2015 00:00 Z",
}


def text(form: str) -> str:
    return manifest_text("rest", "http://a.example", REST.replace("FORM", form))


def born(form: str, written: Any) -> PartialDate | None:
    manifest = manifest_of(text(form))
    mapping = RecordMapping.of(manifest.operation[0], {})
    document = {"nhs": "9990000018", "born": written, "since": written}
    record = mapping.record(document, frozenset({"involvements"}), date(2026, 11, 22))
    assert isinstance(record, Record), record
    assert record.involvements[0].start == record.birth_date
    assert bool(record.defects) == (record.birth_date is None)
    return record.birth_date


@pytest.mark.parametrize(
    ("form", "written"),
    [
        ("iso", "2015-03-09"),
        ("iso", "2015-03-09T23:59:00"),
        ("iso", "2015-03-09T00:00:00Z"),
        ("%d/%m/%Y", "09/03/2015"),
        ("%d/%m/%Y", "9/3/2015"),
        ("%m/%d/%Y", "03/09/2015"),
        ("%d.%m.%Y", "09.03.2015"),
        ("%d-%b-%Y", "09-Mar-2015"),
        ("%d-%b-%Y", "9-MAR-2015"),
        ("%d %B %Y", "9 March 2015"),
        ("%A %d %B %Y", "Monday 9 March 2015"),
        ("%b %d, %Y", "Mar 9, 2015"),
        ("%Y%m%d", "20150309"),
        ("%Y%m%d", 20150309),
        ("%d%m%Y", "09032015"),
        ("%Y%m%d%H%M%S", "20150309143000"),
        ("%d/%m/%Y %H:%M", "09/03/2015 00:00"),
        ("%d/%m/%Y %I:%M:%S %p", "09/03/2015 12:00:00 AM"),
        ("%d/%m/%y", "09/03/15"),
        ("%Y/%m/%d", "2015/03/09"),
        ("excel", 42072),
        ("excel", "42072"),
        ("excel", 42072.75),
        ("excel-1904", 40610),
        ("unix", 1425859200),
        ("unix", "1425859200"),
        ("unix-ms", 1425859200000),
        ("dotnet", "/Date(1425859200000)/"),
        ("dotnet", "/Date(1425859200000+0000)/"),
        ("iso-as-written", "2015-03-09T23:00:00-05:00"),
    ],
)
def test_a_birthday_is_read_in_the_form_that_its_system_writes(form: str, written: Any) -> None:
    assert born(form, written) == PartialDate(2015, 3, 9)


@pytest.mark.parametrize(
    ("form", "written", "known"),
    [
        ("iso", "2015", PartialDate(2015)),
        ("iso", "2015-03", PartialDate(2015, 3)),
        ("%m/%Y", "03/2015", PartialDate(2015, 3)),
        ("%Y", "2015", PartialDate(2015)),
        ("%d/%m/%y", "09/03/68", PartialDate(2068, 3, 9)),
        ("%d/%m/%y", "09/03/69", PartialDate(1969, 3, 9)),
        ("iso", "2015-06-08T23:00:00Z", PartialDate(2015, 6, 9)),
        ("unix", 1433804400, PartialDate(2015, 6, 9)),
        ("%d/%m/%Y %H:%M %z", "08/06/2015 23:00 Z", PartialDate(2015, 6, 9)),
        ("unix", -86400, PartialDate(1969, 12, 31)),
    ],
)
def test_a_part_of_a_date_stays_one_and_a_local_midnight_is_its_day(
    form: str, written: Any, known: PartialDate
) -> None:
    assert born(form, written) == known


@pytest.mark.parametrize(
    ("form", "written"),
    [
        ("iso", "03/04/2015"),
        ("iso", "25/12/2015"),
        ("iso", "20150309"),
        ("iso", "09-Mar-2015"),
        ("iso", "9 March 2015"),
        ("iso", "42072"),
        ("iso", "1425859200"),
        ("iso", "/Date(1425859200000)/"),
        ("iso", "2015-3-9"),
        ("iso", "15-03-09"),
        ("%d/%m/%Y", "2015-03-09"),
        ("%d/%m/%Y", "12/31/2015"),
        ("%d/%m/%Y", "09/03/15"),
        ("%d/%m/%Y", "31/02/2015"),
        ("%d/%m/%Y", "09/03/2015 10:00"),
        ("%d/%m/%y", "09/03/2015"),
        ("%Y%m%d", "2015309"),
        ("%d%m%Y", "1112015"),
        ("%d-%b-%Y", "09-Ma-2015"),
        ("%d-%b-%Y", "09-Ju-2015"),
        ("excel", "09/03/2015"),
        ("excel", 5),
        ("excel", 10**12),
        ("unix", 10**15),
        ("unix", "1e9"),
        ("dotnet", "/Date()/"),
    ],
)
def test_what_is_not_of_the_form_is_told_and_never_guessed(form: str, written: Any) -> None:
    assert born(form, written) is None


def involved(form: str, **written: Any) -> Record:
    said = REST + 'practitioner = "worker"\nend = { path = "until", as = "date", format = "FORM" }'
    manifest = manifest_of(manifest_text("rest", "http://a.example", said.replace("FORM", form)))
    mapping = RecordMapping.of(manifest.operation[0], {})
    document = {
        "nhs": "9990000018",
        "born": "",
        "since": "",
        "until": "",
        "worker": "Jo",
        **written,
    }
    record = mapping.record(document, frozenset({"involvements"}), date(2026, 11, 22))
    assert isinstance(record, Record), record
    return record


DATES: Final = ("birth_date", "involvements.end", "involvements.start")
NO_DAYS: Final = (
    *[("iso", said) for said in ("0001-01-01", "1601-01-01", "1753-01-01", "1800-12-28")],
    *[("iso", said) for said in ("0000-00-00", "0000-00-00 00:00:00", "0001-01-01T00:00:00")],
    *[("iso", said) for said in ("0001-01-01T00:00:00Z", "0001-01-01T00:00:00+01:00")],
    *[("iso-as-written", said) for said in ("0000-00-00 00:00:00", "1753-01-01T00:00:00")],
    *[("%d/%m/%Y", said) for said in ("01/01/0001", "00/00/0000", "01/01/1753")],
    ("%d/%m/%Y %H:%M %z", "01/01/0001 00:00 Z"),
    ("%d/%m/%y", "00/00/00"),
    *[("%Y%m%d", said) for said in ("00000000", "00010101")],
    *[("excel", said) for said in (0, "0", 0.0)],
    *[("dotnet", said) for said in ("/Date(-62135596800000)/", "/Date(-62135596800000+0000)/")],
)
NO_LIFE: Final = (
    *[("iso", said) for said in ("1900-01-01", "1899-12-30T00:00:00", "9999-12-31", "1970-01-01")],
    *[("%d/%m/%Y", said) for said in ("01/01/1900", "31/12/9999", "31/12/2099")],
    *[
        ("unix", 0),
        ("unix-ms", "0"),
        ("dotnet", "/Date(0)/"),
        ("dotnet", "/Date(253402214400000)/"),
    ],
)


@pytest.mark.parametrize(("form", "written"), NO_DAYS)
def test_a_birth_date_that_a_system_cannot_leave_empty_is_empty(form: str, written: Any) -> None:
    record = involved(form, born=written)
    assert (record.birth_date, record.defects) == (None, ())


@pytest.mark.parametrize(("form", "written"), [*NO_DAYS, *NO_LIFE])
def test_a_worker_of_today_has_an_end_that_a_system_keeps_for_none(form: str, written: Any) -> None:
    (worker,) = involved(form, since=DAY_BY[form], until=written).involvements
    assert (worker.status, worker.end) == (InvolvementStatus.OPEN, None)
    assert worker.start == PartialDate(2015, 3, 9)


@pytest.mark.parametrize(("form", "written"), [*NO_DAYS, *NO_LIFE])
def test_nothing_is_said_of_when_by_a_start_that_is_no_day(form: str, written: Any) -> None:
    (worker,) = involved(form, since=written).involvements
    assert (worker.status, worker.start) == (InvolvementStatus.UNKNOWN, None)


@pytest.mark.parametrize(
    ("form", "written"),
    [
        *[("iso", said) for said in ("0215-03-09", "0215-03-09T00:00:00", "1849-12-31")],
        *[("iso", said) for said in ("0001-01-02", "2015-00-00", "0000-01-01", "0001")],
        *[("%d/%m/%Y", said) for said in ("09/03/0215", "05/00/2015", "05/00/0000")],
        ("unix", -5_000_000_000),
        ("dotnet", "/Date(-55374364800000)/"),
    ],
)
def test_a_day_that_is_only_mistyped_is_told(form: str, written: Any) -> None:
    record = involved(form, born=written, since=written, until=written)
    assert (record.birth_date, record.defects) == (None, DATES)
    assert record.involvements[0].status is InvolvementStatus.UNKNOWN


@pytest.mark.parametrize(
    ("form", "what"),
    [
        ("DD/MM/YYYY", 'a form like "%d/%m/%Y"'),
        ("british", "or one of iso"),
        ("%d/%m", "it needs one year"),
        ("%d/%Y", "a day %d needs its month"),
        ("%m/%b/%Y", "not two months"),
        ("%d/%m/%Y %Q", "%Q is not known"),
        ("%d/%d/%Y", "%d stands twice"),
    ],
)
def test_a_form_that_nothing_can_be_read_by_is_refused_with_what_to_write(
    form: str, what: str
) -> None:
    found = problems(text(form))
    assert any(what in said for _, said in found), found


def test_a_form_stands_beside_a_date_alone() -> None:
    found = problems(text("iso").replace('as = "date", ', ""))
    assert any('write as = "date" beside it' in said for _, said in found), found


DAYS = st.dates(date(1901, 1, 1), date(2068, 12, 31))


@given(DAYS)
def test_every_day_comes_back_from_every_form(day: date) -> None:
    known = PartialDate.of(day)
    for form in ("%d/%m/%Y", "%m/%d/%Y", "%Y%m%d", "%d%m%Y", "%d-%b-%Y", "%d %B %Y", "%Y-%m-%d"):
        assert day_reader(form)(day.strftime(form)) == known
    midnight = datetime(day.year, day.month, day.day, tzinfo=LONDON)
    assert NAMED["iso"](midnight.astimezone(UTC).isoformat()) == known
    assert NAMED["unix"](str(int(midnight.timestamp()))) == known
    assert NAMED["excel"](str((day - date(1899, 12, 30)).days)) == known


@given(st.text(max_size=20) | DAYS.map(lambda day: day.strftime("%d/%m/%Y")))
def test_no_text_is_two_days_and_none_raises_anything_strange(written: str) -> None:
    for read in (*NAMED.values(), day_reader("%d/%m/%Y"), day_reader("%y%m%d")):
        try:
            assert isinstance(read(written), PartialDate)
        except (ValueError, OverflowError):
            continue


@given(st.integers(946684800, 3092601600).map(lambda second: datetime.fromtimestamp(second, UTC)))
def test_a_moment_in_a_name_comes_back(moment: datetime) -> None:
    form = DateForm.parse("roll-*-%d%m%Y_%H%M%S.csv", anything="*")
    name = moment.strftime("roll-north-%d%m%Y_%H%M%S.csv")
    assert form.moment(name) == moment


def test_a_form_without_a_year_has_its_own_error() -> None:
    with pytest.raises(DateFormatError):
        DateForm.parse("roll.csv")
