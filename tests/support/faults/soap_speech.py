"""SOAP when it is well: one envelope in, one out."""

from collections.abc import Mapping
from typing import Any, Final
from xml.sax.saxutils import escape

from tests.support.agencies import MIRA, NATIONAL, RESTRICTED, SourceFile
from tests.support.faults.speech import ANOTHER, MARKER, Speech, many

_SOAP: Final = "http://schemas.xmlsoap.org/soap/envelope/"
_OPERATION: Final = f"""
[namespaces]
p = "urn:example:people"
[[operation]]
name = "by-number"
conclusive = CLAIM
envelope = '''
<s:Envelope xmlns:s="{_SOAP}"><s:Body>
  <q:Find xmlns:q="urn:example:people"><q:Number>{{nhs_number}}</q:Number></q:Find>
</s:Body></s:Envelope>'''
absent = "//p:NotFound"
records = "//p:Child"
total = "//p:Count"
  [operation.map]
  record_id = "p:Id"
  nhs_number = "p:Number"
  family_name = "p:Family"
  given_names = "p:Given"
  birth_date = "p:Born"
  {RESTRICTED.replace('path = "restricted"', 'path = "p:Restricted"')}
  [[operation.involvement]]
  each = "p:Worker"
  practitioner = "."
"""


def _source(source_id: str, url: str, *, conclusive: bool) -> SourceFile:
    operation = _OPERATION.replace("CLAIM", str(conclusive).lower())
    base = f'base_url = "{url}"'
    return SourceFile(source_id, "soap", base, operation, (url,), claims=NATIONAL)


def _envelope(content: str, before: str = "") -> bytes:
    body = f'<s:Body><p:Found xmlns:p="urn:example:people">{content}</p:Found></s:Body>'
    return f'{before}<s:Envelope xmlns:s="{_SOAP}">{body}</s:Envelope>'.encode()


_ELEMENTS: Final = {
    "Id": "id",
    "Number": "nhs",
    "Family": "family",
    "Given": "given",
    "Born": "born",
    "Restricted": "restricted",
}


def _element(child: Mapping[str, Any]) -> str:
    said = {name: child[key] for name, key in _ELEMENTS.items() if child.get(key) is not None}
    parts = [f"<p:{name}>{escape(str(value))}</p:{name}>" for name, value in said.items()]
    workers = [f"<p:Worker>{escape(worker['name'])}</p:Worker>" for worker in child["workers"]]
    return f"<p:Child>{''.join([*parts, *workers])}</p:Child>"


def _children(*children: Mapping[str, Any], count: object = None) -> bytes:
    said = len(children) if count is None else count
    return _envelope(f"<p:Count>{said}</p:Count>{''.join(map(_element, children))}")


def _fault(code: str) -> bytes:
    fault = f"<s:Fault><faultcode>{code}</faultcode><faultstring>{MARKER}</faultstring></s:Fault>"
    return f'<s:Envelope xmlns:s="{_SOAP}"><s:Body>{fault}</s:Body></s:Envelope>'.encode()


_LAUGHS: Final = "<!DOCTYPE x [{}]>".format(
    '<!ENTITY a0 "zqmarker">'
    + "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))
)
_OUTSIDE: Final = '<!DOCTYPE x [<!ENTITY out SYSTEM "file:///etc/hostname">]>'
_LONG: Final = f'<!DOCTYPE x [<!ENTITY long "{MARKER * 3000}">]>'
SOAP: Final = Speech(
    kind="SOAP",
    media_type="text/xml",
    child=_children,
    children=lambda count: _children(*many(count)),
    nobody=(200, _envelope("<p:NotFound/>")),
    wrong_types=(
        _children(count=MARKER),
        _children(count=""),
        _envelope(""),
        _envelope(f"<p:Zqmarker>{_element(MIRA)}</p:Zqmarker>").replace(b"p:Child", b"p:Kind"),
        _children({"id": MARKER, "nhs": MARKER, "workers": []}),
        _children({"workers": []}),
        _children(MIRA).replace(b"envelope/", b"zqmarker/"),
        b"<p:NotFound xmlns:p='urn:example:people'/>",
        _fault("s:Client"),
        _fault(f"s:{MARKER}"),
        _children(MIRA)
        .replace(b"<s:Body>", b"<s:Zqmarker>")
        .replace(b"</s:Body>", b"</s:Zqmarker>"),
    ),
    padded=_children({**ANOTHER, "family": MARKER * 20_000}),
    bombs=(
        _envelope("&a9;<p:NotFound/>", _LAUGHS),
        _envelope("&out;<p:NotFound/>", _OUTSIDE),
        _envelope("&long;" * 5000 + "<p:NotFound/>", _LONG),
        _envelope("<p:a>" * 2000 + "</p:a>" * 2000 + "<p:NotFound/>"),
    ),
    source=_source,
)
SERVER_FAULT: Final = _fault("s:Server.Database")
LOGIN_FAULT: Final = _fault("wsse:FailedAuthentication")
