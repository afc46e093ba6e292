"""What is wrong with a value, in words that tell what to write instead; never the value."""

import difflib
import inspect
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from adapters.manifest.auth import Secret
from adapters.manifest.toml_places import TomlKey

_TEXT: Final = "write a text between quotes"
_LIST: Final = "write a list in brackets, even of one"
_TABLE: Final = "write a table, as { name = ... } or under a heading in brackets"
_WHOLE: Final = "write a whole number, without quotes"
_NUMBER: Final = "write a number, without quotes or unit"
_YES_OR_NO: Final = "write true or false, without quotes"
_BY_REFERENCE: Final = '{{ file = "{name}" }}, in the folder of this source'
_NO_TABLE: Final = frozenset({"model_type", "dict_type", "model_attributes_type"})
_DATE: Final = "write a date without quotes, such as 2030-12-31"

_UNKNOWN: Final = "extra_forbidden"

_Say = Callable[[Mapping[str, Any]], str]
_BY_TYPE: Final[Mapping[str, _Say]] = {
    **dict.fromkeys(("literal_error", "enum"), lambda ctx: f"write {_or(ctx['expected'])}"),
    **dict.fromkeys(
        ("union_tag_invalid",), lambda ctx: f"write scheme = {_or(ctx['expected_tags'])}"
    ),
    **dict.fromkeys(("string_type", "string_sub_type", "path_type"), lambda _: _TEXT),
    **dict.fromkeys(("int_type", "int_parsing", "int_from_float"), lambda _: _WHOLE),
    **dict.fromkeys(("float_type", "float_parsing", "finite_number"), lambda _: _NUMBER),
    **dict.fromkeys(("bool_type", "bool_parsing"), lambda _: _YES_OR_NO),
    **dict.fromkeys(("tuple_type", "list_type", "frozen_set_type", "set_type"), lambda _: _LIST),
    **dict.fromkeys(("model_type", "dict_type", "model_attributes_type"), lambda _: _TABLE),
    **dict.fromkeys(
        ("date_type", "date_parsing", "date_from_datetime_parsing", "date_from_datetime_inexact"),
        lambda _: _DATE,
    ),
    "string_too_short": lambda _: "write something: it may not be empty",
    "string_too_long": lambda ctx: f"write at most {ctx['max_length']} characters",
    "greater_than_equal": lambda ctx: f"write a number of at least {ctx['ge']}",
    "greater_than": lambda ctx: f"write a number of more than {ctx['gt']}",
    "less_than_equal": lambda ctx: f"write a number of at most {ctx['le']}",
    "less_than": lambda ctx: f"write a number of less than {ctx['lt']}",
    "too_short": lambda ctx: f"write at least {ctx['min_length']} of them",
    "too_long": lambda ctx: f"write at most {ctx['max_length']} of them",
    "string_pattern_mismatch": lambda ctx: f"write {_FORMS.get(ctx['pattern'], ctx['pattern'])}",
}
_FORMS: Final[Mapping[str, str]] = {
    r"^[A-Z][A-Z0-9_]*$": "it with capital letters, digits and _, like a variable",
    r"^[a-z_]+\??$": 'keys such as "upn", or "sex?" for one that may be missing',
}
# What a key that is missing is like, where its kind alone does not say.
_SUCH_AS: Final[Mapping[str, str]] = {
    "agency": '"north-school"',
    "as": '"in-list"',
    "base_url": '"https://host/path"',
    "code": '"E09990001"',
    "effects": '"none", "notifies-agency" or "audited"',
    "given": '{ nhs_number = "9990000018" }',
    "hours": '"Mon-Fri 09:00-17:00"',
    "id": '"north-school"',
    "kind": '"rest"',
    "manifest": "1",
    "log_origin": '"teamaround.example/borough"',
    "name": '"by-number"',
    "numbers": '["9990000018", "9990000026"]',
    "operation": '"by-number"',
    "origins": '["https://host"]',
    "purposes": '["SAFEGUARDING"]',
    "reply": '"found.json"',
    "sector": '"EDUCATION"',
    "sectors": '["SOCIAL_CARE"]',
    "roles": '["practitioner"]',
    "classes": '["IDENTITY"]',
    "source": '"north-school"',
    "telephone": '"01632 960001"',
    "until": "2030-12-31",
}


_IN_A_TABLE: Final = {**_SUCH_AS, "name": '"..."'}


def distinct_errors(root: type[BaseModel], error: ValidationError) -> list[ErrorDetails]:
    """The errors that say something of their own, without any value.

    A list whose items are wrong is no list too short, nor is a key missing that is misspelt.
    """
    found = error.errors(include_input=False, include_url=False)
    written = {nearest_key(root, one["loc"]) for one in found if one["type"] == _UNKNOWN}
    wrong = {one["loc"][:length] for one in found for length in range(1, len(one["loc"]))}
    return [
        one
        for one in found
        if not (one["type"] == "too_short" and one["loc"] in wrong)
        and not (one["type"] == "missing" and one["loc"] in written)
    ]


def wording(root: type[BaseModel], key: TomlKey, error: ErrorDetails) -> str:
    """What to write at `key` of a file whose whole table is `root`."""
    if error["type"] == _UNKNOWN:
        return f"unknown key{_nearest(root, key)}"
    if error["type"] == "missing":
        return f"is needed here{_needed(root, key)}"
    if error["type"] in _NO_TABLE and Secret in _tables_at(root, key):
        return f"write where the secret is: {_BY_REFERENCE.format(name=key[-1])}"
    say = _BY_TYPE.get(error["type"])
    if say is None:
        return error["msg"].removeprefix("Value error, ")
    return say(error.get("ctx", {}))


def _or(expected: str) -> str:
    return str(expected).replace("'", '"')


def _needed(root: type[BaseModel], key: TomlKey) -> str:
    name = str(key[-1])
    tables = _tables_at(root, key[:-1])
    field = next((found for table in tables if (found := _field(table, name))), None)
    inner = [] if field is None else list(_tables_in(field.annotation))
    if not inner:
        return f": add {name} = {_SUCH_AS.get(name, '...')}"
    if inner[0] is Secret:
        return f": add {name} = {_BY_REFERENCE.format(name=name)}"
    parts = sorted(one for one, part in inner[0].model_fields.items() if part.is_required())
    if field is not None and _is_list(field.annotation):
        return f": add a table under [[{name}]] with {', '.join(parts)}"
    shown = ", ".join(f"{part} = {_IN_A_TABLE.get(part, '...')}" for part in parts)
    return f": add {name} = {{ {shown} }}"


def _is_list(annotation: Any) -> bool:
    return get_origin(annotation) in (tuple, list)


def nearest_key(root: type[BaseModel], key: TomlKey) -> TomlKey:
    """The known key that an unknown one is most like; itself where it is like none."""
    close = difflib.get_close_matches(str(key[-1]), _known(root, key), 1, 0.5)
    return (*key[:-1], close[0]) if close else key


def _known(root: type[BaseModel], key: TomlKey) -> set[str]:
    return {name for table in _tables_at(root, key[:-1]) for name in _keys_of(table)}


def _nearest(root: type[BaseModel], key: TomlKey) -> str:
    near = nearest_key(root, key)
    if near != key:
        return f"; did you mean {near[-1]}?"
    listed = ", ".join(sorted(_known(root, key)))
    return f"; known here: {listed}" if listed else "; take it out"


def _field(table: type[BaseModel], name: str) -> Any:
    fields = table.model_fields.items()
    return next((field for own, field in fields if name == (field.alias or own)), None)


def _keys_of(table: type[BaseModel]) -> Iterator[str]:
    return (field.alias or name for name, field in table.model_fields.items())


def _tables_at(root: type[BaseModel], key: TomlKey) -> list[type[BaseModel]]:
    found: list[type[BaseModel]] = [root]
    for part in key:
        if isinstance(part, str):
            found = [inner for table in found for inner in _below(table, part)] or found
    return found


def _below(table: type[BaseModel], part: str) -> Iterator[type[BaseModel]]:
    field = _field(table, part)
    if field is not None:
        yield from _tables_in(field.annotation)


def _tables_in(annotation: Any) -> Iterator[type[BaseModel]]:
    if inspect.isclass(annotation) and issubclass(annotation, BaseModel):
        yield annotation
    for argument in get_args(annotation):
        yield from _tables_in(argument)
