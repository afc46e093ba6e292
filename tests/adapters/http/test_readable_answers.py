"""A child's name is read as her agency wrote it, in whatever encoding it says, or not at all."""

import json
from itertools import product
from typing import Any

import pytest
from aiohttp import web

from adapters.contract.contract import Malformed, Records, Reply
from tests.support.adapters.asking import manifest_text, only, opened, question
from tests.support.loopback import serving

MAP = """
[operation.map]
record_id = "{id}"
family_name = "{name}"
birth_date = "{born}"
"""
JSON_MAP = MAP.format(id="id", name="surname", born="dob")
REST = '[[operation]]\nname = "by-upn"\npath = "/{upn}"\nrecords = "body.pupils"' + JSON_MAP
LIST = REST.replace("body.pupils", "body")
SOAP = """
[namespaces]
p = "urn:p"
[[operation]]
name = "by-upn"
envelope = '''<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Body>
<n>{upn}</n></e:Body></e:Envelope>'''
records = "//p:Child"
absent = "//p:Nobody"
""" + MAP.format(id="p:id", name="p:surname", born="p:dob")
NAMES = ["Zoë", "Siân Ó Briain", "Łukasz", "Žižek", "Hill"]
ENCODINGS = {
    "utf-8": "utf-8",
    "UTF8": "utf-8",
    "iso-8859-1": "latin-1",
    "ISO-8859-15": "iso-8859-15",
    "windows-1252": "cp1252",
    "utf-16": "utf-16-le",
    "utf-16be": "utf-16-be",
    "utf-16le": "utf-16-le",
}


def child(name: str) -> dict[str, Any]:
    return {"id": "1", "surname": name, "dob": "2015-03-09"}


def envelope(name: str, declared: str = "") -> str:
    said = (
        f"<p:Child><p:id>1</p:id><p:surname>{name}</p:surname><p:dob>2015-03-09</p:dob></p:Child>"
    )
    head = f'<?xml version="1.0" encoding="{declared}"?>' if declared else ""
    space = 'xmlns:e="http://schemas.xmlsoap.org/soap/envelope/" xmlns:p="urn:p"'
    return f"{head}<e:Envelope {space}><e:Body>{said}</e:Body></e:Envelope>"


async def asked(body: bytes, media: str | None, kind: str = "rest", rest: str = REST) -> Reply:
    async def handler(_request: web.Request) -> web.Response:
        return web.Response(body=body, headers={"Content-Type": media or ""})

    async with serving(handler) as base, opened(manifest_text(kind, base, rest)) as adapter:
        return await adapter.source.ask(question())


def written(name: str) -> str:
    return json.dumps({"pupils": [child(name)]}, ensure_ascii=False)


def sayable(name: str, codec: str) -> bool:
    return name.encode(codec, "replace").decode(codec) == name


READABLE = [
    (declared, codec, name)
    for (declared, codec), name in product(ENCODINGS.items(), NAMES)
    if sayable(name, codec)
]


@pytest.mark.parametrize(("declared", "codec", "name"), READABLE)
async def test_a_name_is_read_in_the_declared_encoding(
    declared: str, codec: str, name: str
) -> None:
    reply = await asked(written(name).encode(codec), f'application/json; charset="{declared}"')
    assert only(reply).names[0].family == name
    said = f"text/xml; charset={declared}"
    reply = await asked(envelope(name).encode(codec), said, "soap", SOAP)
    assert only(reply).names[0].family == name


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
async def test_an_answer_that_declares_nothing_shows_its_unicode(codec: str, name: str) -> None:
    reply = await asked(written(name).encode(codec), "application/json")
    assert only(reply).names[0].family == name
    reply = await asked(envelope(name).encode(codec), "text/xml", "soap", SOAP)
    assert only(reply).names[0].family == name


@pytest.mark.parametrize(("declared", "codec", "name"), READABLE)
async def test_an_envelope_may_say_its_encoding_itself(
    declared: str, codec: str, name: str
) -> None:
    reply = await asked(envelope(name, declared).encode(codec), "text/xml", "soap", SOAP)
    assert only(reply).names[0].family == name


@pytest.mark.parametrize(
    ("declared", "codec"),
    [
        ("iso-8859-1", "utf-8"),
        ("windows-1252", "utf-8"),
        ("utf-8", "latin-1"),
        ("us-ascii", "utf-8"),
        ("utf-16", "utf-8"),
        ("iso-8859-1", "utf-8-sig"),
        ("utf-8", "utf-16"),
        ("klingon", "utf-8"),
    ],
)
async def test_a_text_that_is_not_in_what_it_declares_is_not_guessed(
    declared: str, codec: str
) -> None:
    body = written("Zoë").encode(codec)
    assert await asked(body, f"application/json; charset={declared}") == Malformed("encoding")
    body = envelope("Zoë").encode(codec)
    said = f"text/xml; charset={declared}"
    assert await asked(body, said, "soap", SOAP) == Malformed("encoding")


async def test_a_name_that_was_garbled_on_its_way_to_the_agency_is_told_and_not_shown() -> None:
    garbled = written("Zoë".encode().decode("cp1252"))
    record = only(await asked(garbled.encode(), "application/json"))
    assert record.names == ()
    assert record.defects == ("family_name",)


@pytest.mark.parametrize(
    "media",
    [
        *("text/json", "application/vnd.api+json", "application/fhir+json; charset=utf-8"),
        *("application/hal+json", "text/plain", "text/plain; charset=utf-8", None),
    ],
)
async def test_json_is_read_by_whatever_name_it_comes(media: str | None) -> None:
    assert isinstance(await asked(written("Hill").encode(), media), Records)


@pytest.mark.parametrize("media", ["text/plain", None])
@pytest.mark.parametrize("body", [b"Not found", b"<html>{}</html>", b"null", b'"pupils"', b"0"])
async def test_what_does_not_begin_like_json_is_none_without_its_type(
    media: str | None, body: bytes
) -> None:
    assert await asked(body, media) == Malformed("content_type")


async def test_a_description_of_a_problem_is_no_answer_where_all_is_said_to_be_well() -> None:
    nobody = b'{"pupils": [], "total": 0}'
    said = "Application/Problem+JSON; charset=utf-8"
    assert await asked(nobody, said) == Malformed("content_type")  # RFC 9457


@pytest.mark.parametrize("media", ["text/html", "application/octet-stream", "image/png"])
async def test_a_page_is_none_whatever_is_in_it(media: str) -> None:
    assert await asked(written("Hill").encode(), media) == Malformed("content_type")


async def test_an_envelope_without_a_type_is_one_and_a_page_is_not() -> None:
    assert isinstance(await asked(envelope("Hill").encode(), None, "soap", SOAP), Records)
    assert await asked(b"<html/>", None, "soap", SOAP) == Malformed("envelope")


async def test_a_list_at_the_top_is_read() -> None:
    body = json.dumps([child("Hill"), child("Vale")]).encode()
    reply = await asked(body, "application/json", rest=LIST)
    assert isinstance(reply, Records)
    assert [one.names[0].family for one in reply.records] == ["Hill", "Vale"]
    assert await asked(b'[{"id": "1"}, null]', "application/json", rest=LIST) == Malformed(
        "records"
    )


@pytest.mark.parametrize("kind", ["fhir", "graphql"])
async def test_where_a_standard_wants_an_object_a_list_is_no_answer(kind: str) -> None:
    rest = LIST if kind == "fhir" else LIST.replace('path = "/{upn}"', 'document = "{ a }"')
    rest = rest.replace('document = "{ a }"', 'document = "{ a }"\nvariables = { n = "{upn}" }')
    assert await asked(b"[]", "application/json", kind, rest) == Malformed("object")
