"""NHS demographics, after the Personal Demographics Service: FHIR R4, its limits and its quirks.

A restricted child has no address and no practice, and is not found at all when a postcode or a
practice is part of the query. An application without a clinician behind it gets a single match or
the remark that there were too many. A number that was merged answers with the present one.
"""

import re
import time
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Any

from aiohttp import web

from adapters.contract.identifiers import NhsNumber
from demo.population.caseload import Holding
from demo.systems import fhir
from demo.systems.agency_app import LOGIN_PATH, Handler, agency_app
from demo.systems.credentials import Credentials
from demo.systems.record_store import RecordStore
from demo.systems.soundex import soundex
from demo.systems.token_endpoint import TokenEndpoint, by_signature

BASE = "/FHIR/R4"
CLIENT_ID = "team-around-demo"
_BORN = re.compile(r"(?:eq)?(\d{4}-\d{2}-\d{2})")
_WILDCARD = re.compile(r"[^*]{2,}\*?")
_FUZZY = (
    {"given", "family", "birthdate"},
    {"family", "birthdate", "gender", "address-postalcode"},
    {"given", "birthdate", "gender", "address-postalcode"},
)
_PLAIN = {"family", "birthdate"}
_LOCATING = {"address-postalcode", "address-postcode", "general-practitioner"}


def application(
    holdings: tuple[Holding, ...], data: Path, *, clock: Callable[[], float] = time.monotonic
) -> web.Application:
    """The service over its own store in `data`; `clock` is in seconds."""
    credentials = Credentials(data / "credentials")
    credentials.issue("client_id", CLIENT_ID)
    token_endpoint = TokenEndpoint(by_signature(CLIENT_ID, credentials.issue_key("key.pem")))
    spine = Spine(_stored(holdings, data))
    limited = RateLimit(rate=5, clock=clock).limited
    routes = [
        web.post(LOGIN_PATH, token_endpoint.issue),
        web.get(f"{BASE}/Patient", limited(spine.search)),
        web.get(f"{BASE}/Patient/{{number}}", limited(spine.patient)),
        web.get(f"{BASE}/Patient/{{number}}/RelatedPerson", limited(spine.related)),
    ]
    return agency_app(data, token_endpoint.knows, routes, health=f"{BASE}/_ping")


class RateLimit:
    """At most `rate` requests in any second, then 429 with Retry-After."""

    def __init__(self, rate: int, clock: Callable[[], float]) -> None:
        self._rate = rate
        self._clock = clock
        self._served: deque[float] = deque(maxlen=rate)

    def limited(self, handler: Handler) -> Handler:
        """The handler, asked no more often than that."""

        async def serve(request: web.Request) -> web.StreamResponse:
            now = self._clock()
            if len(self._served) == self._rate and now - self._served[0] < 1.0:
                busy = fhir.outcome(429, "throttled", "TOO_MANY_REQUESTS", "Too many requests")
                busy.headers["Retry-After"] = "1"
                return busy
            self._served.append(now)
            return await handler(request)

        return serve


class Spine:
    """Reads of one person and searches, over the service's store."""

    def __init__(self, store: RecordStore) -> None:
        self._store = store

    async def patient(self, request: web.Request) -> web.Response:
        """One person by number, present or merged."""
        found = self._person(request.match_info["number"])
        return found if isinstance(found, web.Response) else fhir.answer(found["patient"])

    async def related(self, request: web.Request) -> web.Response:
        """The related people of one person."""
        found = self._person(request.match_info["number"])
        if isinstance(found, web.Response):
            return found
        return fhir.answer(fhir.bundle(_base(request), found["related"]))

    async def search(self, request: web.Request) -> web.Response:
        """People by name and birth date; at most one, or the remark that there were more."""
        query = request.query
        fuzzy = query.get("_fuzzy-match") == "true"
        born = _BORN.fullmatch(query.get("birthdate", ""))
        if born is None or not _sufficient(set(query), fuzzy=fuzzy) or not _wild(query):
            return fhir.outcome(400, "value", "INVALID_SEARCH_DATA", "Search data is invalid")
        matches = [
            one["patient"]
            for one in self._store.find(born=born.group(1))
            if _fits(one["patient"], dict(query), fuzzy=fuzzy)
        ]
        if len(matches) > 1:
            return fhir.outcome(200, "multiple-matches", "TOO_MANY_MATCHES", "Too Many Matches")
        return fhir.answer(fhir.bundle(_base(request), matches))

    def _person(self, number: str) -> dict[str, Any] | web.Response:
        try:
            found = self._store.find(number=NhsNumber.parse(number))
        except ValueError:
            return fhir.outcome(400, "value", "INVALID_RESOURCE_ID", "Resource Id is invalid")
        if not found:
            return fhir.outcome(404, "not_found", "RESOURCE_NOT_FOUND", "Resource not found")
        return found[0]


def _stored(holdings: tuple[Holding, ...], data: Path) -> RecordStore:
    store = RecordStore(data / "store.sqlite")
    for holding in holdings:
        child = holding.child
        related = [fhir.related_person(child, one, n) for n, one in enumerate(child.carers)]
        body = {"patient": _patient(holding), "related": related}
        numbers = (child.nhs_number, child.former_nhs_number)
        store.put(body, number=numbers, born=[child.born.isoformat()])
    store.saved()
    return store


def _patient(holding: Holding) -> fhir.Resource:
    child = holding.child
    patient = {
        "resourceType": "Patient",
        "id": child.nhs_number,
        "identifier": fhir.identifier(child.nhs_number or ""),
        "meta": {"versionId": "2"} | fhir.security(restricted=holding.restricted is True),
        "name": fhir.names(child),
        "gender": child.sex,
        "birthDate": child.born.isoformat(),
    }
    if holding.restricted:
        return patient
    return patient | _whereabouts(holding)


def _whereabouts(holding: Holding) -> fhir.Resource:
    found: fhir.Resource = {"address": [fhir.address(home) for home in holding.child.addresses]}
    if holding.child.practice:
        system = {"system": fhir.ODS, "value": holding.child.practice.ods}
        found["generalPractitioner"] = [{"type": "Organization", "identifier": system}]
    return found


def _base(request: web.Request) -> str:
    return f"{request.scheme}://{request.host}{BASE}"


def _sufficient(given: set[str], *, fuzzy: bool) -> bool:
    return any(enough <= given for enough in _FUZZY) if fuzzy else given >= _PLAIN


def _wild(query: Any) -> bool:
    names = [query[name] for name in ("family", "given") if name in query]
    return all("*" not in name or _WILDCARD.fullmatch(name) for name in names)


def _fits(patient: fhir.Resource, query: dict[str, str], *, fuzzy: bool) -> bool:
    restricted = "address" not in patient
    if restricted and _LOCATING & set(query):
        return False
    if "gender" in query and query["gender"] != patient["gender"]:
        return False
    if not any(_named(name, query, fuzzy=fuzzy) for name in patient["name"]):
        return False
    postcode = query.get("address-postalcode") or query.get("address-postcode")
    if postcode is None:
        return True
    return any(_like(home["postalCode"], postcode) for home in patient["address"])


def _named(name: fhir.Resource, query: dict[str, str], *, fuzzy: bool) -> bool:
    alike = _sounds_like if fuzzy else _like
    if name["use"] == "old" and not (fuzzy or query.get("_history") == "true"):
        return False
    family = query.get("family")
    given = query.get("given")
    return (family is None or alike(name["family"], family)) and (
        given is None or alike(name["given"][0], given)
    )


def _like(held: str, asked: str) -> bool:
    held, asked = held.casefold().replace(" ", ""), asked.casefold().replace(" ", "")
    return held.startswith(asked[:-1]) if asked.endswith("*") else held == asked


def _sounds_like(held: str, asked: str) -> bool:
    return soundex(held) == soundex(asked)
