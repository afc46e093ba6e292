"""Manifests of tiny agencies, and a REST server for one that remembers who asked."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, Final

from aiohttp import web

from adapters.contract.codes import SHIELD_CLAIMS, Claim

MIRA: Final[Mapping[str, Any]] = {
    "id": "p-1",
    "nhs": "9000000009",
    "upn": "H801200001001",
    "family": "Ashdown",
    "given": "Mira",
    "born": "2015-03-09",
    "restricted": "N",
    "home": {"lines": ["4 Tanners Row"], "postcode": "ZE1 0AA"},
    "workers": [{"name": "Jo Hart", "role": "Social worker", "telephone": "01632 960111"}],
}
# Nobody, whom every agency here holds so that one can see that it finds somebody.
TEST_CHILD: Final[Mapping[str, Any]] = {
    "id": "t-1",
    "nhs": "9990000190",
    "upn": "P000000000001",
    "family": "Nobody",
    "given": "Test",
    "born": "2010-01-02",
    "restricted": "N",
    "home": None,
    "workers": [],
}
TEST_PERSON: Final[Mapping[str, str]] = {
    "nhs_number": TEST_CHILD["nhs"],
    "upn": TEST_CHILD["upn"],
}
AUTHORITY: Final = frozenset(
    {Claim.SPINE, Claim.SHIELD_AUTHORITY, Claim.NATIONAL, Claim.CONCLUSIVE, Claim.EFFECTS_NONE}
)
LOCAL: Final = frozenset({Claim.CONCLUSIVE, Claim.EFFECTS_NONE})
NATIONAL: Final = LOCAL | {Claim.NATIONAL}
HOME: Final = "E09990001"

_HEAD = """
manifest = 1
kind = "{kind}"
[source]
id = "{id}"
agency = "{agency}"
sector = "{sector}"
effects = "{effects}"
claims = [{claims}]
onward = [{onward}]
max_age = "1d"
{where}
{mark}
[agency]
name = "Agency {agency}"
areas = [{areas}]
duty_contact = {{ telephone = "01632 960{duty}" }}
[auth]
{auth}
[limits]
timeout = "{timeout}"
rate = "{rate}"
concurrency = {concurrency}
max_body = "64KiB"
max_records = 3
{limits}
[[release]]
classes = [{classes}]
to = {{ sectors = ["SOCIAL_CARE"], roles = ["practitioner", "shield-cleared"] }}
purposes = ["SAFEGUARDING"]
until = 2099-12-31
[codes.restricted]
N = false
Y = true
"*" = true
"""
_REST_OPERATION = """
[[operation]]
name = "{name}"
path = "/children"
query = {{ {query} }}
conclusive = {conclusive}
absent = "status == `404` && body.code == 'NO_SUCH_CHILD'"
records = "body.children"
total = "body.total"
as_of = "body.asAt"
  [operation.map]
  record_id = "id"
  nhs_number = "nhs"
  upn = "upn"
  family_name = "family"
  given_names = "given"
  birth_date = "born"
  {restricted}
  [[operation.address]]
  each = "home"
  lines = "lines"
  postcode = "postcode"
  [[operation.involvement]]
  each = "workers"
  practitioner = "name"
  role = "role"
  practitioner_telephone = "telephone"
  practitioner_email = "email"
  team = "team"
"""
RESTRICTED: Final = 'restricted = { path = "restricted", codes = "restricted" }'
BY_NUMBER: Final = ("by-number", 'nhs = "{nhs_number}"', True)
BY_UPN: Final = ("by-upn", 'upn = "{upn}"', True)
BY_NAME: Final = ("by-name", 'family = "{family_name}", born = "{birth_date}"', False)


@dataclass(frozen=True, slots=True)
class SourceFile:
    """One source as its agency and the operator describe it; every agency has one source here.

    `claims` are both made and granted; `test_person` is whom the operator lists. Without
    `finds_test_child` a source that is a function is asked for her like for any other child.
    `operations` is TOML, as are further `limits`; `where` says base_url or dsn.
    """

    id: str
    kind: str
    where: str
    operations: str
    origins: tuple[str, ...]
    agency: str = ""
    sector: str = "SOCIAL_CARE"
    claims: frozenset[Claim] = LOCAL
    areas: tuple[str, ...] = (HOME,)
    onward: tuple[str, ...] = ()
    classes: tuple[str, ...] = ("IDENTITY", "INVOLVEMENT", "CONTACT", "LOCATION")
    auth: str = 'scheme = "none"'
    secrets: Mapping[str, str] = field(default_factory=dict)
    timeout: str = "60s"
    rate: str = "200/s"
    concurrency: int = 8
    limits: str = ""
    duty: str = "100"
    cedar: str = ""
    test_person: Mapping[str, str] = field(default_factory=lambda: TEST_PERSON)
    finds_test_child: bool = True

    @property
    def manifest(self) -> str:
        """The manifest, as its agency would write it."""
        none = Claim.EFFECTS_NONE in self.claims
        filled = _HEAD.format(
            kind=self.kind,
            id=self.id,
            agency=self.agency or self.id,
            sector=self.sector,
            effects="none" if none else "notifies-agency",
            claims=_listed(claim.value for claim in sorted(self.claims)),
            onward=_listed(self.onward),
            where=self.where,
            areas=_listed(() if Claim.NATIONAL in self.claims else self.areas),
            duty=self.duty,
            auth=self.auth,
            timeout=self.timeout,
            rate=self.rate,
            concurrency=self.concurrency,
            limits=self.limits,
            classes=_listed(self.classes),
            mark='mark = "own-row"' if self._marks_own_row else "",
        )
        return filled + self.operations

    @property
    def _marks_own_row(self) -> bool:
        return "restricted = " in self.operations and not SHIELD_CLAIMS & self.claims

    def with_(self, **changes: Any) -> "SourceFile":
        """This file with changes."""
        return replace(self, **changes)


def rest_source(
    source_id: str,
    url: str,
    *,
    by: Iterable[tuple[str, str, bool]] = (BY_NUMBER, BY_UPN, BY_NAME),
    says_restricted: bool | None = None,
    joins: bool = True,
    **more: Any,
) -> SourceFile:
    """A source of kind rest at `url`; `more` are fields of SourceFile.

    It speaks of restriction if it is of the shield set, where nothing else is said; and who speaks
    of it and can be asked by number is of the set, unless it never `joins`.
    """
    claims = frozenset(more.get("claims", LOCAL))
    if says_restricted is None:
        says_restricted = bool(SHIELD_CLAIMS & claims)
    by = tuple(by)
    numbered = any("{nhs_number}" in query or "{upn}" in query for _, query, _ in by)
    may_join = Claim.EFFECTS_NONE in claims and numbered
    if says_restricted and joins and may_join and not SHIELD_CLAIMS & claims:
        more["claims"] = claims | {Claim.SHIELD_SET}
    operations = "".join(
        _REST_OPERATION.format(
            name=name,
            query=query,
            conclusive=str(conclusive).lower(),
            restricted=RESTRICTED if says_restricted else "",
        )
        for name, query, conclusive in by
    )
    return SourceFile(source_id, "rest", f'base_url = "{url}"', operations, (url,), **more)


@dataclass(slots=True)
class AgencyServer:
    """Answers for one agency over REST from its `children`; `asked` are the queries it was asked.

    `before` is awaited before each answer: it may wait, raise, or look at the request. `checked`
    are the queries for the test child, which it holds unless `finds_test_child` says otherwise.
    """

    children: tuple[Mapping[str, Any], ...] = (MIRA,)
    before: Any = None
    asked: list[dict[str, str]] = field(default_factory=list)
    finds_test_child: bool = True
    checked: list[dict[str, str]] = field(default_factory=list)

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """Answer one request."""
        query = dict(request.query)
        if is_check(request):
            self.checked.append(query)
            return self._found(query, (TEST_CHILD,) if self.finds_test_child else ())
        self.asked.append(query)
        if self.before is not None:
            await self.before(request)
        return self._found(query, self.children)

    def _found(
        self, query: Mapping[str, str], held: Iterable[Mapping[str, Any]]
    ) -> web.StreamResponse:
        found = [c for c in held if all(c.get(name) == v for name, v in query.items())]
        as_at = datetime.now(UTC).isoformat()
        return web.json_response({"children": found, "total": len(found), "asAt": as_at})


def is_check(request: web.Request) -> bool:
    """Whether a request is about the test child alone."""
    return request.headers.get("X-Teamaround-Check") == "test-child"


def _listed(items: Iterable[str]) -> str:
    return ", ".join(f'"{item}"' for item in items)
