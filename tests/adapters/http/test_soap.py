"""A police system behind SOAP is asked by its own envelope; no fault of it is "no record"."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from aiohttp import web

from adapters.contract.contract import (
    Fault,
    Malformed,
    MoreNeeded,
    NoRecord,
    Refused,
    Reply,
    TooMany,
    Unavailable,
)
from adapters.contract.dates import PartialDate
from tests.support.adapters.asking import manifest_of, manifest_text, only, opened, question
from tests.support.adapters.nominals import NOMINALS
from tests.support.adapters.problems import problems
from tests.support.loopback import serving

ENVELOPE = (
    '<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"'
    ' xmlns:n="urn:example:nominals"><e:Body>{}</e:Body></e:Envelope>'
)
FAULT = "<e:Fault><faultcode>{}</faultcode><faultstring>?</faultstring></e:Fault>"


@pytest.fixture(scope="module")
def police() -> Iterator[str]:
    command = [sys.executable, "-m", "tests.support.adapters.spyne_police"]
    root = Path(__file__).parents[3]
    environ = {**os.environ, "PYTHONWARNINGS": "ignore"}
    with subprocess.Popen(  # noqa: S603 - our own program
        command, cwd=root, env=environ, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        yield f"http://127.0.0.1:{int(process.stdout.readline())}"
        process.terminate()


async def search(base: str, surname: str) -> Reply:
    asked = question("by-name", family_name=surname, birth_date="2015-03-09")
    async with opened(manifest_text("soap", base, rest=NOMINALS)) as adapter:
        return await adapter.source.ask(asked)


async def answered(text: str, status: int = 200, kind: str = "text/xml") -> Reply:
    async def handler(_request: web.Request) -> web.Response:
        return web.Response(text=text, status=status, content_type=kind)

    async with serving(handler) as base:
        return await search(base, "Hill")


async def test_a_child_known_to_the_police_is_found_behind_soap(police: str) -> None:
    record = only(await search(police, "O'Hill-Dale"))
    assert record.record_id == "7"
    assert record.names[0].given == ("Ann",)
    assert record.birth_date == PartialDate(2015, 3, 9)
    assert record.restricted is True
    officers = [i.practitioner.name for i in record.involvements if i.practitioner]
    assert officers == ["PC Reed", "DC Low"]


@pytest.mark.parametrize(
    ("surname", "reply"),
    [
        ("Nobody", NoRecord()),
        ("Broken", Unavailable(Fault.SERVER_ERROR)),
        ("Wrong", Malformed("fault")),
    ],
)
async def test_a_real_services_faults_are_told_apart(
    police: str, surname: str, reply: Reply
) -> None:
    assert await search(police, surname) == reply


async def test_a_name_cannot_add_an_element_to_the_envelope() -> None:
    async with opened(manifest_text("soap", "http://127.0.0.1:1", rest=NOMINALS)) as adapter:
        for name in ("</q:Surname><q:All>1</q:All>", "Hi\x00ll", "H*", "Hill\u202e"):
            asked = question("by-name", family_name=name, birth_date="2015-03-09")
            assert await adapter.source.ask(asked) == MoreNeeded(("family_name",))


async def test_an_envelope_leaves_out_what_is_not_known() -> None:
    seen: list[str] = []

    async def handler(request: web.Request) -> web.Response:
        seen.append(await request.text())
        assert request.headers["SOAPAction"] == '"Search"'
        return web.Response(text=ENVELOPE.format("<n:NotFound/>"), content_type="text/xml")

    async with serving(handler) as base:
        assert await search(base, "Hill") == NoRecord()
    assert "<q:Surname>Hill</q:Surname>" in seen[0]
    assert "Sex" not in seen[0]


@pytest.mark.parametrize(
    ("body", "status", "reply"),
    [
        (FAULT.format("e:Client"), 500, Malformed("fault")),
        (FAULT.format("e:Server.Database"), 200, Unavailable(Fault.SERVER_ERROR)),
        (FAULT.format("wsse:FailedAuthentication"), 500, Refused()),
        ("<n:NotFound/>", 200, NoRecord()),
        (FAULT.format("e:Client") + "<n:NotFound/>", 500, NoRecord()),
        ("<n:TooMany/>", 200, TooMany()),
        ("<n:Count>0</n:Count>", 200, NoRecord()),
        ("<n:Count>3</n:Count>", 200, TooMany()),
        ("<n:Count>many</n:Count>", 200, Malformed("total")),
        ("<n:Other/>", 200, Malformed("total")),
        ("", 200, Malformed("total")),
        ("<n:Count>0</n:Count>", 500, Malformed("status")),
        ("<n:Count>1</n:Count><n:Nominal/>", 200, Malformed("record")),
    ],
)
async def test_what_an_envelope_says_is_what_counts(body: str, status: int, reply: Reply) -> None:
    assert await answered(ENVELOPE.format(body), status) == reply


BOMB = '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>'


@pytest.mark.parametrize(
    ("text", "status", "kind", "reply"),
    [
        ("<h1>sign in</h1>", 200, "text/html", Malformed("content_type")),
        ("<h1>gone</h1>", 404, "text/html", Malformed("status")),
        ("<h1>broken</h1>", 500, "text/html", Unavailable(Fault.SERVER_ERROR, status=500)),
        ("", 200, "text/xml", Malformed("empty")),
        ("", 503, "text/xml", Unavailable(Fault.SERVER_ERROR, status=503)),
        ("", 401, "text/xml", Refused()),
        ("<e:Envelope", 200, "text/xml", Malformed("xml")),
        ("<Envelope><Body/></Envelope>", 200, "text/xml", Malformed("envelope")),
        (BOMB + ENVELOPE.format("<n:NotFound/>"), 200, "text/xml", Malformed("doctype")),
        (ENVELOPE.format("<a>" * 60 + "</a>" * 60), 200, "text/xml", Malformed("depth")),
        (
            ENVELOPE.format("<a>" * 20000 + "</a>" * 20000)[:60000],
            200,
            "text/xml",
            Malformed("xml"),
        ),
    ],
)
async def test_what_is_no_envelope_is_never_no_record(
    text: str, status: int, kind: str, reply: Reply
) -> None:
    assert await answered(text, status, kind) == reply


async def test_a_soap_12_envelope_names_its_action_in_its_type() -> None:
    seen: list[str] = []

    async def handler(request: web.Request) -> web.Response:
        seen.append(request.headers["Content-Type"])
        body = ENVELOPE.replace(
            "schemas.xmlsoap.org/soap/envelope/", "www.w3.org/2003/05/soap-envelope"
        )
        return web.Response(text=body.format("<n:NotFound/>"), content_type="application/soap+xml")

    rest = NOMINALS.replace(
        "schemas.xmlsoap.org/soap/envelope/", "www.w3.org/2003/05/soap-envelope"
    )
    async with serving(handler) as base, opened(manifest_text("soap", base, rest=rest)) as adapter:
        asked = question("by-name", family_name="Hill", birth_date="2015-03-09")
        assert await adapter.source.ask(asked) == NoRecord()
    assert seen == ['application/soap+xml; charset=utf-8; action="Search"']


@pytest.mark.parametrize(
    ("good", "bad", "what"),
    [
        ("</s:Envelope>", "", "not well-formed XML"),
        ("s:Envelope", "s:Letter", "its root must be the Envelope"),
        ("{sex?}", "{sex!}", "a placeholder is like"),
        ("//n:Nominal", "//m:Nominal", "no XPath expression"),
        ("//n:Nominal", "//n:Nominal[", "no XPath expression"),
        ('records = "//n:Nominal"\n', "", "kind soap needs records"),
        ('total = "//n:Count"\nabsent = "//n:NotFound"\n', "", "kind soap needs absent"),
        ('action = "Search"\n', 'sql = "SELECT 1"\n', "kind soap has no sql"),
    ],
)
def test_a_mistake_in_a_soap_manifest_is_named(good: str, bad: str, what: str) -> None:
    assert good in NOMINALS
    text = manifest_text("soap", "https://police.example", rest=NOMINALS.replace(good, bad))
    assert any(what in found for _, found in problems(text))


def test_a_soap_manifest_without_mistakes_is_read() -> None:
    manifest = manifest_of(manifest_text("soap", "https://police.example", rest=NOMINALS))
    assert manifest.operation[0].card.needs == {"family_name", "birth_date"}
    assert manifest.operation[0].card.accepts == {"family_name", "birth_date", "sex"}
