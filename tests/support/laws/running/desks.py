"""The agencies of one world behind one real server on loopback; each knows what it served."""

from dataclasses import dataclass, field, replace
from typing import Any, Final
from urllib.parse import parse_qsl, urlsplit

from aiohttp import web

from adapters.contract.contract import Malformed, Unavailable
from adapters.network.http_request import HttpAnswer, HttpRequest, Transport
from tests.support.agencies import TEST_CHILD, is_check
from tests.support.laws.running.patient_time import Traffic
from tests.support.laws.town.held_record import HeldRecord
from tests.support.laws.town.law_agency import LawAgency
from tests.support.laws.town.said import Said
from tests.support.laws.town.world import LawWorld
from tests.support.virtual_time import sleep

_COUNTED: Final = "X-Law-Exchange"
_NOBODY: Final = LawWorld((), ())
_TEST_CHILD: Final = {**TEST_CHILD, "confidentiality": "U"}
_HUNG_S: Final = 6.0  # longer than any manifest here waits


@dataclass(slots=True)
class Desks:
    """Answers for every agency of `world`; `served` are the records given for this question.

    `calls` are the calls that the gateway began for it: the agency, and what it is asked by. A call
    that is given up in the moment it begins counts too. Whether its agency hears of it depends on
    whether a connection was kept.
    """

    traffic: Traffic
    world: LawWorld = _NOBODY
    served: list[HeldRecord] = field(default_factory=list)
    calls: list[str] = field(default_factory=list)
    heard: list[str] = field(default_factory=list)

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """Answer one request, after the time that this agency takes."""
        agency, served = self.world.agency(request.path.split("/")[1]), self.served
        again = agency.id in self.heard
        self.heard.append(agency.id)
        tired = agency.state == "tired" and again and not is_check(request)
        takes_s = _HUNG_S if tired else self._takes_s(agency)
        await self._sleep(request.headers[_COUNTED], takes_s)
        if agency.state == "down":
            return web.Response(status=503)
        try:
            body = await request.read() if request.can_read_body else b""
        except ConnectionResetError:  # nobody waits for the answer any more
            return web.Response()
        own = agency.answered(request.method, str(request.rel_url), body)
        if own is not None:
            return _response(own)
        if is_check(request):
            return web.json_response({"children": [_TEST_CHILD], "total": 1})
        found = [record for record in agency.held if _fits(record, request.query)]
        given = [each for each in found if not (agency.state == "cut" and each.restricted)]
        served += given  # a late answer belongs to the question that it was asked for
        said = agency.says(given, len(found))
        if agency.spoilt is not None:
            said = agency.spoilt.spoilt(said)
        return _response(said)

    def next_question(self) -> list[HeldRecord]:
        """Begin with the next question; the list that fills with the records given for it."""
        self.served, self.calls, self.heard = [], [], []
        return self.served

    def began(self, url: str) -> None:
        """Write down that the gateway begins a call to this address."""
        asked = urlsplit(url)
        said = sorted(parse_qsl(asked.query, keep_blank_values=True))
        self.calls.append(f"{asked.path.split('/')[1]} by {said}")

    def _takes_s(self, agency: LawAgency) -> float:
        return _HUNG_S if agency.state == "hung" else agency.seconds

    async def _sleep(self, exchange: str, seconds: float) -> None:
        self.traffic.asleep.add(exchange)
        try:
            await sleep(seconds)
        finally:
            self.traffic.asleep.discard(exchange)


@dataclass(slots=True)
class CountedTransport:
    """A transport whose every exchange is under way until its answer is read or given up."""

    inner: Transport
    desks: Desks
    name: str
    sent: int = 0

    async def send(self, request: HttpRequest) -> HttpAnswer | Unavailable | Malformed:
        """Send by the transport within, over the real socket."""
        self.sent += 1
        exchange = f"{self.name}/{self.sent}"
        headers = {**request.headers, _COUNTED: exchange}
        under_way = self.desks.traffic.under_way
        self.desks.began(request.url)
        under_way.add(exchange)
        try:
            return await self.inner.send(replace(request, headers=headers))
        finally:
            under_way.discard(exchange)

    async def aclose(self) -> None:
        """Close the connections."""
        await self.inner.aclose()


def _response(said: Said) -> web.Response:
    headers = {"Content-Type": said.media_type} if said.media_type else {}
    return web.Response(status=said.status, body=said.body, headers=headers)


def _fits(record: HeldRecord, query: Any) -> bool:
    document = record.document
    return all(document.get(name, value) == value for name, value in query.items())
