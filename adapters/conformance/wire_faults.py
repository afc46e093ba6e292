"""What can go wrong on the way to a source, none of which is ever an answer about a child."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from adapters.network.http_request import HttpAnswer

_JSON: Final = {"content-type": "application/json"}
_HTML: Final = {"content-type": "text/html"}
_XML: Final = {"content-type": "text/xml"}
WIRE_FAULTS: Final[Mapping[str, HttpAnswer]] = {
    "an empty body": HttpAnswer(200, _JSON, b""),
    "an empty object": HttpAnswer(200, _JSON, b"{}"),
    "a sign-in page": HttpAnswer(200, _HTML, b"<html><h1>Sign in</h1></html>"),
    "a proxy's 404": HttpAnswer(404, _HTML, b"<html><h1>Not found</h1></html>"),
    "a proxy's 404 in JSON": HttpAnswer(404, _JSON, b'{"message": "no route"}'),
    "an empty 404": HttpAnswer(404, _JSON, b""),
    "a 401": HttpAnswer(401, _JSON, b"{}"),
    "a 429": HttpAnswer(429, _JSON, b"{}"),
    "a 500": HttpAnswer(500, _JSON, b"{}"),
    "a redirect": HttpAnswer(302, _JSON, b""),
    "foreign XML": HttpAnswer(200, _XML, b"<ok/>"),
}


def faults_of(answer: HttpAnswer) -> dict[str, HttpAnswer]:
    """Every fault, with those that a true answer can come to on its way."""
    page = replace(answer, headers={**answer.headers, **_HTML})
    return {**faults_of_bytes(answer), "its reply as a web page": page}


def faults_of_bytes(answer: HttpAnswer) -> dict[str, HttpAnswer]:
    """Those that show in the bytes alone, which are all that a plugin's own protocol has."""
    half = replace(answer, body=answer.body[: len(answer.body) // 2])
    return {**WIRE_FAULTS, "half of its reply": half}
