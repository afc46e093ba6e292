"""One source's manifest as data: what an agency writes to join, checked whole when it is read."""

import re
from datetime import date
from functools import cached_property
from typing import Annotated, Any, Literal, Self

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    model_validator,
)

from adapters.codes import Claim, Purpose, ReleaseClass, Sector
from adapters.contract import OperationCard
from adapters.likeness import with_likes
from adapters.preset import with_preset

KEYS = frozenset(
    {
        "nhs_number",
        "upn",
        "record_id",
        "given_name",
        "family_name",
        "birth_date",
        "sex",
        "postcode",
    }
)
_PLACEHOLDER = re.compile(r"\{([a-z_]+)(\?)?\}")
_BIND = re.compile(r"(?<![:\w]):([a-z_]+)")
_DURATION = re.compile(r"(\d+)(ms|s|m|h|d)")
_SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
_SIZE = re.compile(r"(\d+)(B|KiB|MiB)")
_BYTES = {"B": 1, "KiB": 1024, "MiB": 1024 * 1024}
_RATE = re.compile(r"(\d+)/(s|m)")


def _measure(shape: re.Pattern[str], units: dict[str, float], example: str) -> Any:
    def read(text: object) -> float:
        found = shape.fullmatch(text) if isinstance(text, str) else None
        if found is None:
            raise ValueError(f"write it like {example}")
        return int(found.group(1)) * units[found.group(2)]

    return read


Seconds = Annotated[float, BeforeValidator(_measure(_DURATION, _SECONDS, '"1500ms" or "10s"'))]
Bytes = Annotated[
    int, BeforeValidator(lambda text: int(_measure(_SIZE, {**_BYTES}, '"1MiB"')(text)))
]
PerSecond = Annotated[
    float, BeforeValidator(_measure(_RATE, {"s": 1.0, "m": 1 / 60}, '"5/s" or "300/m"'))
]
SourceId = Annotated[str, StringConstraints(pattern=r"[a-z][a-z0-9-]{1,62}")]
Text = Annotated[str, StringConstraints(min_length=1, max_length=400)]
Document = Annotated[str, StringConstraints(min_length=1, max_length=20_000)]
Sql = Annotated[str, StringConstraints(min_length=1, max_length=20_000)]


class Table(BaseModel):
    """A TOML table: frozen, and an unknown key is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Secret(Table):
    """A secret by reference; never by value."""

    env: Annotated[str, StringConstraints(pattern=r"[A-Z][A-Z0-9_]*")] | None = None
    file: Text | None = None

    @model_validator(mode="after")
    def _one_place(self) -> Self:
        if (self.env is None) == (self.file is None):
            raise ValueError('a secret is { env = "..." } or { file = "..." }')
        return self


class DutyContact(Table):
    """Whom a practitioner rings, above all when there is no answer."""

    telephone: Text
    email: Text | None = None
    hours: Text | None = None


class AgencyTable(Table):
    """The agency that owns the source; `areas` are GSS codes, empty for a national agency."""

    name: Text
    areas: tuple[Text, ...] = ()
    duty_contact: DutyContact


class SourceTable(Table):
    """What the source is; `onward` says what of its answers other agencies may be asked with.

    A `sensitive` one, whose very kind must not be told, stands in the one pooled row.
    """

    id: SourceId
    agency: SourceId
    sector: Sector
    base_url: Text | None = None
    dsn: Secret | None = None
    effects: Literal["none", "notifies-agency", "audited"]
    claims: frozenset[Claim] = frozenset()
    max_age: Seconds = 86400.0
    onward: frozenset[Literal["identifiers", "names", "birth_date"]] = frozenset()
    sensitive: bool = False
    headers: dict[str, Text] = {}


class NoAuth(Table):
    """The source asks for no login."""

    scheme: Literal["none"] = "none"


class ApiKeyAuth(Table):
    """A key in a header."""

    scheme: Literal["api_key"]
    header: Text = "X-API-Key"
    key: Secret


class BasicAuth(Table):
    """User name and password, RFC 7617."""

    scheme: Literal["basic"]
    user: Secret
    password: Secret


class BearerAuth(Table):
    """A fixed bearer token, RFC 6750."""

    scheme: Literal["bearer"]
    token: Secret


class ClientCredentialsAuth(Table):
    """OAuth 2 client credentials, RFC 6749 section 4.4."""

    scheme: Literal["client_credentials"]
    token_url: Text
    client_id: Secret
    client_secret: Secret
    scope: Text | None = None


class PrivateKeyJwtAuth(Table):
    """OAuth 2 client credentials with a signed assertion, RFC 7523."""

    scheme: Literal["private_key_jwt"]
    token_url: Text
    client_id: Secret
    key: Secret
    kid: Text | None = None
    alg: Literal["RS512", "RS384", "RS256", "ES256", "EdDSA"] = "RS512"


class MutualTlsAuth(Table):
    """A client certificate in the TLS handshake; `ca` is the agency's own authority, if any."""

    scheme: Literal["mtls"]
    certificate: Secret
    key: Secret
    ca: Secret | None = None


class SftpAuth(Table):
    """SSH: a user with a key or a password, and the server's public key, which is pinned."""

    scheme: Literal["sftp"]
    user: Secret
    key: Secret | None = None
    password: Secret | None = None
    host_key: Text

    @model_validator(mode="after")
    def _one_proof(self) -> Self:
        if (self.key is None) == (self.password is None):
            raise ValueError("it needs a key or a password, one of the two")
        return self


Auth = Annotated[
    NoAuth
    | ApiKeyAuth
    | BasicAuth
    | BearerAuth
    | ClientCredentialsAuth
    | PrivateKeyJwtAuth
    | MutualTlsAuth
    | SftpAuth,
    Field(discriminator="scheme"),
]


class Retry(Table):
    """When the gateway asks once more; a source with effects is never asked twice."""

    max: Annotated[int, Field(ge=0, le=3)] = 0
    on: frozenset[Annotated[int, Field(ge=400, le=599)]] = frozenset({429, 502, 503, 504})
    honour_retry_after: bool = True


class Breaker(Table):
    """After `failures` in a row without an answer, nothing is sent for `open_for` seconds."""

    failures: Annotated[int, Field(ge=1, le=100)] = 5
    open_for: Seconds = 10.0


class Limits(Table):
    """What the agency's system can bear; the gateway never goes past it."""

    timeout: Seconds = 2.0
    rate: PerSecond = 20.0
    concurrency: Annotated[int, Field(ge=1, le=256)] = 8
    max_body: Bytes = 1024 * 1024
    max_records: Annotated[int, Field(ge=1, le=200)] = 20
    retry: Retry = Retry()
    breaker: Breaker = Breaker()


class Health(Table):
    """A cheap request that shows the source to be up."""

    get: Text


class Value(Table):
    """Where a value comes from: an expression (`path`), or always the same (`value`)."""

    path: Text | None = None
    value: str | bool | None = None
    as_: Annotated[
        Literal["text", "date", "bool", "phone", "nhs_number", "upn", "postcode"],
        Field(alias="as"),
    ] = "text"
    codes: Text | None = None

    @model_validator(mode="after")
    def _one_origin(self) -> Self:
        if (self.path is None) == (self.value is None):
            raise ValueError("a value has a path or a value, one of the two")
        return self


def _value(given: object) -> object:
    return {"path": given} if isinstance(given, str) else given


MappedValue = Annotated[Value, BeforeValidator(_value)]


class Section(Table):
    """One list of the record: `each` finds its items (the record itself where left out)."""

    each: Text | None = None


class NameSection(Section):
    """More names than the one in `map`: former names and aliases."""

    given: MappedValue | None = None
    family: MappedValue | None = None
    use: MappedValue | None = None


class IdentifierSection(Section):
    """Identifiers in schemes of the agency's own."""

    scheme: Text
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
    """The registered GP practice."""

    name: MappedValue | None = None
    ods_code: MappedValue | None = None
    telephone: MappedValue | None = None


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


class Detail(Table):
    """A further read, its items put under this detail's name in each record.

    It is read only when an expression of a wanted field mentions its name. HTTP kinds: `path`, with
    the operation's keys or the record's own {record_id}, {nhs_number}, {upn}, read only where one
    record came; `items` is read from {status, body, headers} as `records` is; where it cannot be
    read, that is a defect of the fields that mention it, never an empty list. SQL: `sql`, read once
    for all records by the expanding bind `:record_ids`, its rows joined on their `record_id`.
    """

    path: Text | None = None
    items: Text | None = None
    sql: Sql | None = None


class Page(Table):
    """How an answer's further pages are asked for; past `max_pages` it is AMBIGUOUS.

    `link-next`: `next` gives the next page's address. `cursor`: `next` gives what to send as
    `param`. `offset` and `page`: `param` grows by `size`, or by one from `first`.
    """

    style: Literal["none", "link-next", "cursor", "offset", "page"] = "none"
    max_pages: Annotated[int, Field(ge=1, le=50)] = 5
    next: Text | None = None
    param: Text | None = None
    size: Annotated[int, Field(ge=1, le=1000)] | None = None
    first: Annotated[int, Field(ge=0, le=1)] = 1


class Batch(Table):
    """How several children are asked for at once; in this version each is asked for alone."""

    as_: Annotated[Literal["none"], Field(alias="as")] = "none"


class Operation(Table):
    """One way to ask the source. Placeholders name what it needs: `{upn}`, `{sex?}`, `:upn`.

    `like` names an earlier operation whose mapping this one takes over, but for what it has itself.
    """

    name: SourceId
    like: SourceId | None = None
    method: Literal["GET", "POST"] = "GET"
    path: Text | None = None
    query: dict[str, Text] = {}
    body: dict[str, Text] = {}
    sql: Sql | None = None
    document: Document | None = None
    variables: dict[str, Text] = {}
    envelope: Document | None = None
    action: Text | None = None
    file: Text | None = None
    by: tuple[Annotated[str, StringConstraints(pattern=r"[a-z_]+\??")], ...] = ()
    page: Page = Page()
    batch: Batch = Batch()
    conclusive: bool = False
    supersedes: bool = False
    absent: Text | None = None
    too_many: Text | None = None
    records: Text | None = None
    total: Text | None = None
    as_of: Text | None = None
    detail: dict[str, Detail] = {}
    map: RecordMap = RecordMap()
    name_: Annotated[tuple[NameSection, ...], Field(alias="names")] = ()
    identifier: tuple[IdentifierSection, ...] = ()
    address: tuple[AddressSection, ...] = ()
    carer: tuple[CarerSection, ...] = ()
    school: tuple[SchoolSection, ...] = ()
    gp_practice: tuple[GpPracticeSection, ...] = ()
    involvement: tuple[InvolvementSection, ...] = ()
    support_status: tuple[SupportStatusSection, ...] = ()
    event: tuple[EventSection, ...] = ()

    @cached_property
    def card(self) -> OperationCard:
        """What the core needs to know to choose this operation."""
        filled = (*self.query.values(), *self.body.values(), *self.variables.values())
        texts = [self.path or "", self.envelope or "", *filled]
        found = [match.groups() for text in texts for match in _PLACEHOLDER.finditer(text)]
        found += [(key.removesuffix("?"), "?" if key.endswith("?") else None) for key in self.by]
        needs = {name for name, optional in found if not optional}
        needs |= set(_BIND.findall(self.sql or ""))
        return OperationCard(
            name=self.name,
            needs=frozenset(needs),
            accepts=frozenset(needs | {name for name, _ in found}),
            conclusive=self.conclusive,
            supersedes=self.supersedes,
        )

    @property
    def supplies(self) -> frozenset[str]:
        """The fields of `Record` that this operation can fill; who the child is, always."""
        sections = {
            "addresses": self.address,
            "carers": self.carer,
            "schools": self.school,
            "gp_practice": self.gp_practice,
            "involvements": self.involvement,
            "support_statuses": self.support_status,
            "events": self.event,
        }
        identity = {"identifiers", "names", "birth_date", "sex"}
        return frozenset(identity | {field for field, section in sections.items() if section})

    @model_validator(mode="after")
    def _known_keys(self) -> Self:
        unknown = sorted(self.card.accepts - KEYS)
        if unknown:
            raise ValueError(f"{unknown[0]} is no key; the keys are {', '.join(sorted(KEYS))}")
        if not self.card.needs:
            raise ValueError("an operation without a key would read every child")
        return self


class Recipients(Table):
    """To whom a rule releases: both lists must fit."""

    sectors: frozenset[Sector]
    roles: frozenset[Text]


class Release(Table):
    """One release rule of the agency's own policy; the rules' order never matters."""

    classes: frozenset[ReleaseClass]
    to: Recipients
    purposes: frozenset[Purpose]
    until: date


class Withhold(Table):
    """What the agency keeps to itself without a word, decided before it would be asked.

    No `classes` means the whole source, no `purposes` any purpose.
    """

    from_: Annotated[Recipients, Field(alias="from")]
    classes: frozenset[ReleaseClass] = frozenset()
    purposes: frozenset[Purpose] = frozenset()


class Example(Table):
    """A recorded reply and what must be read from it; replayed without a network.

    `reply` is a file beside the manifest, `details` one for each detail, `expect` the values of a
    record, or how many items a list of it has.
    """

    operation: SourceId
    given: dict[str, Text]
    reply: Text
    details: dict[str, Text] = {}
    status: int = 200
    outcome: Literal["record", "no-record", "too-many"] = "record"
    expect: dict[str, Any] = {}


class FileTable(Table):
    """What the files of kind `file` look like.

    `dated` is the form of their names where they carry a date, as "roll-%Y%m%d.csv".
    """

    format: Literal["csv", "xml"] = "csv"
    encoding: Literal["utf-8", "cp1252", "utf-16"] = "utf-8"
    delimiter: Annotated[str, StringConstraints(min_length=1, max_length=1)] = ","
    dated: Text | None = None


class PluginTable(Table):
    """Which plugin opens the source, by the name of its entry point, and what it is told."""

    use: Text
    settings: dict[str, str | int | bool] = {}


class Manifest(Table):
    """A whole manifest.

    `identify` gives the code system of each identifier, which the `fhir` kind reads by itself.
    `codes` are code tables; `"*"` is the value of any code not listed, or missing. `namespaces`
    are the prefixes of XPath expressions.
    """

    manifest: Literal[1]
    kind: Text
    source: SourceTable
    agency: AgencyTable
    auth: Auth = NoAuth()
    limits: Limits = Limits()
    health: Health | None = None
    identify: dict[Literal["nhs_number", "upn"], Text] = {}
    namespaces: dict[str, Text] = {}
    file: FileTable | None = None
    plugin: PluginTable | None = None
    operation: Annotated[tuple[Operation, ...], Field(min_length=1)]
    codes: dict[str, dict[str, str | bool]] = {}
    release: tuple[Release, ...] = ()
    withhold: tuple[Withhold, ...] = ()
    example: tuple[Example, ...] = ()

    @model_validator(mode="before")
    @classmethod
    def _alike(cls, data: object) -> object:
        return with_likes(with_preset(data))
