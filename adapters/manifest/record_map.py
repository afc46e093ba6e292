"""Where the values of a record come from, as a manifest says: once each, and in lists."""

from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from adapters.manifest.table import ShortText, Table


class Value(Table):
    """Where a value comes from: an expression (`path`), or always the same (`value`).

    `format` is the form of a date, as "%d/%m/%Y", or the name of one.
    """

    path: ShortText | None = None
    value: str | bool | None = None
    as_: Annotated[
        Literal["text", "date", "bool", "phone", "nhs_number", "upn", "postcode"],
        Field(alias="as"),
    ] = "text"
    format: ShortText | None = None
    codes: ShortText | None = None

    @model_validator(mode="after")
    def _one_origin(self) -> Self:
        if (self.path is None) == (self.value is None):
            raise ValueError("a value has a path or a value, one of the two")
        if self.format is not None and self.as_ != "date":
            raise ValueError('format is the form of a date: write as = "date" beside it')
        return self


def _value(given: object) -> object:
    return {"path": given} if isinstance(given, str) else given


MappedValue = Annotated[Value, BeforeValidator(_value)]


class Section(Table):
    """One list of the record: `each` finds its items (the record itself where left out)."""

    each: ShortText | None = None


class NameSection(Section):
    """More names than the one in `map`: former names and aliases."""

    given: MappedValue | None = None
    family: MappedValue | None = None
    use: MappedValue | None = None


class IdentifierSection(Section):
    """Identifiers in schemes of the agency's own."""

    scheme: ShortText
    value: MappedValue


class AddressSection(Section):
    """Addresses; `lines` may be one text or a list."""

    lines: MappedValue | None = None
    postcode: MappedValue | None = None
    uprn: MappedValue | None = None
    current: MappedValue | None = None
    start: MappedValue | None = None
    end: MappedValue | None = None


class CarerSection(Section):
    """Parents, carers and other related people."""

    name: MappedValue
    relationship: MappedValue | None = None
    parental_responsibility: MappedValue | None = None
    telephone: MappedValue | None = None


class SchoolSection(Section):
    """Schools attended."""

    name: MappedValue | None = None
    urn: MappedValue | None = None
    start: MappedValue | None = None
    end: MappedValue | None = None


class GpPracticeSection(Section):
    """The registered GP practice; one before its start or after its end is not shown."""

    name: MappedValue | None = None
    ods_code: MappedValue | None = None
    telephone: MappedValue | None = None
    start: MappedValue | None = None
    end: MappedValue | None = None


class InvolvementSection(Section):
    """Services working with the child."""

    service: MappedValue | None = None
    role: MappedValue | None = None
    practitioner: MappedValue | None = None
    practitioner_telephone: MappedValue | None = None
    practitioner_email: MappedValue | None = None
    registration: MappedValue | None = None
    team: MappedValue | None = None
    telephone: MappedValue | None = None
    email: MappedValue | None = None
    hours: MappedValue | None = None
    lead_practitioner: MappedValue | None = None
    sensitive: MappedValue | None = None
    start: MappedValue | None = None
    end: MappedValue | None = None
    status: MappedValue | None = None


class SupportStatusSection(Section):
    """Statuses of support; `code` usually goes through a code table."""

    code: MappedValue
    system: MappedValue | None = None
    label: MappedValue | None = None
    start: MappedValue | None = None
    end: MappedValue | None = None


class EventSection(Section):
    """Dated happenings, one line each."""

    date: MappedValue
    kind: MappedValue | None = None
    summary: MappedValue | None = None


class RecordMap(Table):
    """The values a record has once."""

    record_id: MappedValue | None = None
    nhs_number: MappedValue | None = None
    upn: MappedValue | None = None
    given_names: MappedValue | None = None
    family_name: MappedValue | None = None
    birth_date: MappedValue | None = None
    birth_date_estimated: MappedValue | None = None
    sex: MappedValue | None = None
    restricted: MappedValue | None = None
    consent: MappedValue | None = None
