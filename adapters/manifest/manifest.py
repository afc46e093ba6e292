"""One source's manifest as data: what an agency writes to join, checked whole when it is read."""

from collections.abc import Mapping
from typing import Annotated, Any, Final, Literal, Self

from pydantic import BeforeValidator, Field, StringConstraints, model_validator

from adapters.contract.codes import Claim, Sector
from adapters.contract.contact_points import is_email, is_telephone
from adapters.manifest.auth import Auth, NoAuth, Secret
from adapters.manifest.likeness import with_likes
from adapters.manifest.limits import Limits
from adapters.manifest.measures import Seconds
from adapters.manifest.operation import Operation
from adapters.manifest.preset import with_preset
from adapters.manifest.release import Release, Withhold
from adapters.manifest.table import ShortText, ShownText, SourceId, Table

UNFILLED: Final = "CHANGE"  # what a draft says where its writer has to say something


class DutyContact(Table):
    """Who a practitioner rings, above all when there is no answer."""

    telephone: ShortText
    email: ShortText | None = None
    hours: ShownText | None = None

    @model_validator(mode="after")
    def _plain_contacts(self) -> Self:
        if self.telephone != UNFILLED and not is_telephone(self.telephone):
            raise ValueError("telephone: write it as it is dialled, such as 01632 960001 ext 2")
        if self.email not in {None, UNFILLED} and not is_email(self.email or ""):
            raise ValueError("email: one plain address, such as duty@agency.example")
        return self


class AgencyTable(Table):
    """The agency that owns the source; `areas` are GSS codes, empty for a national agency."""

    name: ShownText
    areas: tuple[ShortText, ...] = ()
    duty_contact: DutyContact


class SourceTable(Table):
    """What the source is; `onward` lists details of its answers to ask other agencies with.

    A `sensitive` one, whose very kind must not be told, shares the one pooled row. `population`
    is how many children it holds. `duplicates` says that it may hold one child twice. A source that
    says who is restricted is in the shield set by its `claims`. Or it says `mark = "own-row"`, and
    its mark hides only its own row. `authority` is the agency's own, which signed the certificate
    of its database. `signature` says whether each request is signed, or those that are ready
    together are.
    """

    id: SourceId
    agency: SourceId
    sector: Sector
    base_url: ShortText | None = None
    dsn: Secret | None = None
    authority: Secret | None = None
    effects: Literal["none", "notifies-agency", "audited"]
    claims: frozenset[Claim] = frozenset()
    max_age: Seconds = 86400.0
    onward: frozenset[Literal["identifiers", "names", "birth_date"]] = frozenset()
    sensitive: bool = False
    mark: Literal["own-row"] | None = None
    bulk_roles: frozenset[ShortText] = frozenset()
    population: Annotated[int, Field(ge=1)] | None = None
    duplicates: bool = False
    headers: dict[str, ShortText] = Field({})
    signature: Literal["each-request", "together"] = "each-request"


class HealthProbe(Table):
    """A cheap request that shows the source to be up."""

    get: ShortText


class Example(Table):
    """A recorded reply and what must be read from it; replayed without a network.

    `reply` is a file beside the manifest. `pages` are the files of the pages after the first.
    `details` has one for each detail, or one for each of its pages. `expect` are the values of a
    record, or how many items a list of it has. `live` says that the system itself keeps this test
    child, so the online check may ask for it.
    """

    operation: SourceId
    given: dict[str, ShortText]
    reply: ShortText
    pages: tuple[ShortText, ...] = ()
    details: dict[str, ShortText | tuple[ShortText, ...]] = Field({})
    status: int = 200
    outcome: Literal["record", "no-record", "too-many", "restricted", "failed", "partial"] = (
        "record"
    )
    expect: dict[str, Any] = Field({})
    live: bool = False

    @property
    def detail_files(self) -> Mapping[str, tuple[str, ...]]:
        """The files of each detail, a page each."""
        return {
            name: (files,) if isinstance(files, str) else files
            for name, files in self.details.items()
        }

    @property
    def files(self) -> frozenset[str]:
        """Every file that it names."""
        return frozenset({self.reply, *self.pages}).union(*self.detail_files.values())


class BatchExample(Table):
    """A recorded reply about several children in one call, each read as its own example says.

    `numbers` are of the one key that the operation's batch asks by; `reply` is as in Example.
    """

    operation: SourceId
    numbers: Annotated[tuple[ShortText, ...], Field(min_length=2, max_length=50)]
    reply: ShortText


def _several(given: object) -> object:
    return (given,) if isinstance(given, str) else given


class FileTable(Table):
    """What the files of kind `file` look like.

    If a pattern fits several, the newest counts. `dated` has the forms of names that carry their
    time, as "roll-%Y%m%d.csv", where `*` is any text. `newest` says that it is the one written
    last, or the last by name. `encoding` is that of CSV, and of XML that does not declare it.
    `final_line_end` is False if the last line of a complete CSV file has no line end.
    """

    format: Literal["csv", "xml", "oneroster"] = "csv"
    encoding: Literal[
        "utf-8",
        "cp1252",
        "windows-1252",
        "iso-8859-1",
        "latin-1",
        "utf-16",
        "utf-16-le",
        "utf-16-be",
    ] = "utf-8"
    delimiter: Annotated[str, StringConstraints(min_length=1, max_length=1)] = ","
    dated: Annotated[tuple[ShortText, ...], BeforeValidator(_several)] = ()
    newest: Literal["written", "name"] | None = None
    final_line_end: bool = True


class PluginTable(Table):
    """Which plugin opens the source, by the name of its entry point, and what it is told."""

    use: ShortText
    settings: dict[str, str | int | bool] = Field({})


class Manifest(Table):
    """A whole manifest.

    `identify` gives the code system of each identifier, which the `fhir` kind reads by itself.
    `codes` are code tables; `"*"` is the value of any code not listed, or missing. `namespaces`
    are the prefixes of XPath expressions.
    """

    manifest: Literal[1]
    kind: ShortText
    source: SourceTable
    agency: AgencyTable
    auth: Auth = NoAuth()
    limits: Limits = Limits()
    health: HealthProbe | None = None
    identify: dict[Literal["nhs_number", "upn"], ShortText] = Field({})
    namespaces: dict[str, ShortText] = Field({})
    file: FileTable | None = None
    plugin: PluginTable | None = None
    operation: Annotated[tuple[Operation, ...], Field(min_length=1)]
    codes: dict[str, dict[str, str | bool]] = Field({})
    release: tuple[Release, ...] = ()
    withhold: tuple[Withhold, ...] = ()
    example: tuple[Example, ...] = ()
    together: tuple[BatchExample, ...] = ()

    @model_validator(mode="before")
    @classmethod
    def _alike(cls, data: object) -> object:
        return with_likes(with_preset(data))
