"""JSON over HTTP when it is well: kinds rest, oneroster and graphql."""

from collections.abc import Mapping
from functools import partial
from typing import Any, Final

from tests.support.agencies import (
    BY_NUMBER,
    MIRA,
    NATIONAL,
    RESTRICTED,
    SourceFile,
    rest_source,
)
from tests.support.faults.speech import ANOTHER, DEEP_JSON, MARKER, Speech, many, written

_RECORD: Final = f"""
  [operation.map]
  record_id = "id"
  nhs_number = "nhs"
  family_name = "family"
  given_names = "given"
  birth_date = "born"
  {RESTRICTED}
  [[operation.involvement]]
  each = "workers"
  practitioner = "name"
"""
_ONEROSTER: Final = """
[[operation]]
name = "by-number"
path = "/ims/oneroster/rostering/v1p2/students"
query = {{ filter = "identifier='{{nhs_number}}'" }}
conclusive = {conclusive}
absent = "status == `404` && body.code == 'NO_SUCH_CHILD'"
records = "body.children"
total = "body.total"
"""
_GRAPHQL: Final = """
[[operation]]
name = "by-number"
document = '''query Child($nhs: String!) {{ found(nhs: $nhs) {{ total children {{ id }} }} }}'''
variables = {{ nhs = "{{nhs_number}}" }}
conclusive = {conclusive}
records = "body.data.found.children"
total = "body.data.found.total"
"""


def _rest(source_id: str, url: str, *, conclusive: bool) -> SourceFile:
    name, query, _ = BY_NUMBER
    by = ((name, query, conclusive),)
    return rest_source(source_id, url, by=by, claims=NATIONAL, says_restricted=True, joins=False)


def _source(kind: str, asked: str, source_id: str, url: str, *, conclusive: bool) -> SourceFile:
    operation = asked.format(conclusive=str(conclusive).lower()) + _RECORD
    base = f'base_url = "{url}"'
    return SourceFile(source_id, kind, base, operation, (url,), claims=NATIONAL)


def _listed(*children: Mapping[str, Any]) -> dict[str, Any]:
    return {"children": children, "total": len(children)}


def _data(*children: Mapping[str, Any]) -> dict[str, Any]:
    return {"data": {"found": _listed(*children)}}


_WRONG: Final[tuple[dict[str, Any], ...]] = (
    {"children": MARKER, "total": 0},
    {"children": {MARKER: 1}, "total": 0},
    {"children": [MARKER], "total": 1},
    {"children": [], "total": MARKER},
    {"children": [], "total": None},
    _listed({**MIRA, "nhs": {MARKER: 1}}),
    _listed({**MIRA, "born": [MARKER]}),
    _listed({MARKER: 1}),
    {},
)
REST: Final = Speech(
    kind="rest",
    media_type="application/json",
    child=lambda child: written(_listed(child)),
    children=lambda count: written(_listed(*many(count))),
    nobody=(404, written({"code": "NO_SUCH_CHILD"})),
    wrong_types=tuple(map(written, _WRONG)),
    padded=written({**_listed(ANOTHER), "padding": MARKER * 20_000}),
    bombs=(DEEP_JSON, b"[" * 100_000, b'{"children": [], "total": 0' + b"0" * 30_000 + b"}"),
    source=_rest,
)
ONEROSTER: Final = Speech(
    kind="OneRoster",
    media_type="application/json",
    child=REST.child,
    children=REST.children,
    nobody=REST.nobody,
    wrong_types=REST.wrong_types,
    padded=REST.padded,
    bombs=REST.bombs,
    source=partial(_source, "oneroster", _ONEROSTER),
)
_ERROR: Final = {"message": MARKER, "path": ["found"]}
GRAPHQL: Final = Speech(
    kind="GraphQL",
    media_type="application/graphql-response+json",
    child=lambda child: written(_data(child)),
    children=lambda count: written(_data(*many(count))),
    nobody=(200, written(_data())),
    wrong_types=(
        *(written({"data": {"found": wrong}}) for wrong in _WRONG),
        written({"data": None}),
        written({"data": {"found": None}}),
        written({"data": MARKER}),
        written({**_data(), "errors": [_ERROR]}),
        written({**_data(MIRA), "errors": [_ERROR]}),
        written({**_data(), "errors": MARKER}),
        written({"errors": [_ERROR]}),
    ),
    padded=written({**_data(ANOTHER), "extensions": MARKER * 20_000}),
    bombs=REST.bombs,
    source=partial(_source, "graphql", _GRAPHQL),
)
