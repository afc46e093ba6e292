"""The beginning of a manifest, from five answers and the shape of a sample."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from adapters.authoring.sample_replies import file_name, invented
from adapters.authoring.sample_shape import SampleShape
from adapters.contract.codes import Sector

_NUMBERS: Final = ("nhs_number", "upn")
_DEFAULTS: Final[Mapping[str, str]] = {
    "record_id": "id",
    "nhs_number": "nhsNumber",
    "given_names": "forename",
    "family_name": "surname",
    "birth_date": "dateOfBirth",
}
_AS: Final = {"nhs_number": "nhs_number", "upn": "upn", "birth_date": "date"}
_FHIR_MAP: Final = """  [operation.map]
  record_id = "id"
  family_name = "name[0].family"
  given_names = "name[0].given"
  birth_date = { path = "birthDate", as = "date" }
"""


@dataclass(frozen=True, slots=True)
class Answers:
    """The five answers; `address` is where the system is.

    `owner` is the agency's id, where the source's id is another; `areas` are codes of areas.
    """

    identifier: str
    agency: str
    sector: Sector
    telephone: str
    address: str
    owner: str = ""
    areas: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Draft:
    """A manifest's text, and the files of its examples by their names."""

    text: str
    files: Mapping[str, bytes]


def draft(answers: Answers, shape: SampleShape, stem: str = "draft") -> Draft:
    """A manifest called `stem`; what a person has to look at is marked with `# CHANGE`."""
    kind = _kind(answers.address, shape)
    mapped, asked = _mapped(kind, shape), _asked_by(_mapped(kind, shape))
    examples = invented(kind, shape.records, mapped, asked)
    parts = [
        _head(answers, kind),
        _plugin(answers.address) if kind == "plugin" else "",
        _FILE if kind == "file" else "",
        _FHIR if kind == "fhir" else "",
        *_operations(kind, shape, mapped, asked),
        _RELEASE,
        examples.text.replace("{stem}", stem),
    ]
    files = {file_name(stem, kind, which): content for which, content in examples.files.items()}
    return Draft("\n".join(part for part in parts if part), files)


def _kind(address: str, shape: SampleShape) -> str:
    scheme = address.partition(":")[0].partition("+")[0]
    by_address = {
        "postgresql": "sql",
        "sqlite": "sql",
        "sftp": "file",
        "file": "file",
        "plugin": "plugin",
    }
    return by_address.get(scheme) or (shape.kind if shape.kind == "fhir" else "rest")


def _head(answers: Answers, kind: str) -> str:
    owner = answers.owner or answers.identifier
    if kind == "sql":
        place = 'dsn = { file = "dsn" } # the database address, in a file of this source\'s secrets'
    elif kind == "plugin":
        place = "# CHANGE: base_url, if your plugin connects to an address"
    else:
        place = f"base_url = {quoted(answers.address)}"
    return f"""# A draft. Look at every CHANGE, then: teamaround source check FILE
manifest = 1
kind = "{kind}"

[source]
id = {quoted(answers.identifier)}
agency = {quoted(owner)} # CHANGE if your organisation has several sources
sector = "{answers.sector}"
{place}
effects = "none" # CHANGE to "notifies-agency" or "audited" if a read changes anything at your side

[agency]
name = {quoted(answers.agency)}
{_areas(answers.areas)}{_duty(answers.telephone)}

[limits]
timeout = "2s"
rate = "5/s" # CHANGE to what your system can bear
concurrency = 4
{_AUTH if answers.address.startswith("sftp:") else ""}"""


def _duty(telephone: str) -> str:
    return f"duty_contact = {{ telephone = {quoted(telephone)} }} # CHANGE: add hours"


def _areas(codes: tuple[str, ...]) -> str:
    return f"areas = [{', '.join(map(quoted, codes))}]\n" if codes else ""


def _mapped(kind: str, shape: SampleShape) -> dict[str, str]:
    known = {"family_name", "birth_date"} <= shape.fields.keys()
    return {**(shape.fields if known and kind != "fhir" else _DEFAULTS)}


def _asked_by(mapped: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    number = next((name for name in _NUMBERS if name in mapped), None)
    first = {} if number is None else {"by-number": (number,)}
    return {**first, "by-name": ("family_name", "birth_date")}


def _operations(
    kind: str, shape: SampleShape, mapped: Mapping[str, str], asked: Mapping[str, tuple[str, ...]]
) -> list[str]:
    first = next(iter(asked))
    return [
        _operation(kind, shape, name, keys, mapped, None if name == first else first)
        for name, keys in asked.items()
    ]


def _operation(  # noqa: PLR0913, PLR0917 - what an operation is made of
    kind: str,
    shape: SampleShape,
    name: str,
    keys: tuple[str, ...],
    mapped: Mapping[str, str],
    like: str | None = None,
) -> str:
    lines = ["[[operation]]", f'name = "{name}"']
    lines += [f'like = "{like}"'] if like else []
    lines += _asked(kind, shape, keys, mapped, alike=like is not None)
    return "\n".join(lines) + "\n" + ("" if like else _map(kind, mapped))


def _asked(
    kind: str, shape: SampleShape, keys: tuple[str, ...], mapped: Mapping[str, str], *, alike: bool
) -> list[str]:
    search = quoted(shape.search or "/children")
    entries = ", ".join(f'{key} = "{{{key}}}"' for key in keys)
    match kind:
        case "sql":
            where = " AND ".join(f"{mapped[key]} = :{key}" for key in keys)
            # Text of a manifest, which a person reads before anybody runs it.
            table = shape.table or "children"
            return [f"sql = {_literal(f'SELECT * FROM {table} WHERE {where}')}"]  # noqa: S608
        case "file":
            by = f"by = [{', '.join(quoted(key) for key in keys)}]"
            return [by] if alike else ['file = "*.csv" # CHANGE', by]
        case "plugin":
            return [f"by = [{', '.join(quoted(key) for key in keys)}]"]
        case "fhir":
            query = _FHIR_QUERY.get(keys[0], entries)
            return [f"path = {search}", f"query = {{ {query} }}"]
        case _:
            asked = [f"path = {search} # CHANGE", f"query = {{ {entries} }} # CHANGE"]
            return (
                asked if alike else [*asked, f"records = {quoted(shape.records or 'body.items')}"]
            )


_FHIR_QUERY: Final = {
    "nhs_number": 'identifier = "https://fhir.nhs.uk/Id/nhs-number|{nhs_number}"',
    "family_name": 'family = "{family_name}", birthdate = "eq{birth_date}"',
}


def _map(kind: str, mapped: Mapping[str, str]) -> str:
    if kind == "fhir":
        return _FHIR_MAP
    lines = ["  [operation.map]"]
    for name, path in mapped.items():
        value = f'{{ path = {quoted(path)}, as = "{_AS[name]}" }}' if name in _AS else quoted(path)
        lines.append(f"  {name} = {value}")
    return "\n".join(lines) + "\n"


def quoted(value: str) -> str:
    """A text as TOML has it, without what cannot be printed."""
    plain = "".join(char for char in value if char.isprintable())
    escaped = plain.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _literal(statement: str) -> str:
    # A column's name is the sample's: it may have what would end the text here.
    plain = statement.isprintable() and "'" not in statement
    return f"'''{statement}'''" if plain else quoted(statement)


def _plugin(address: str) -> str:
    return f"[plugin]\nuse = {quoted(address.partition(':')[2])}\n"


_AUTH: Final = """
[auth]
scheme = "sftp"
user = { file = "user" }
key = { file = "key" }
host_key = "ssh-ed25519 CHANGE"
"""
_FILE: Final = """[file]
format = "csv"
newest = "written" # CHANGE
"""
_FHIR: Final = """[identify]
nhs_number = "https://fhir.nhs.uk/Id/nhs-number"
"""
_RELEASE: Final = """# CHANGE: who gets what. Without a rule nobody gets anything.
# [[release]]
# classes = ["IDENTITY", "INVOLVEMENT", "CONTACT"]
# to = { sectors = ["SOCIAL_CARE", "HEALTH"], roles = ["practitioner"] }
# purposes = ["SAFEGUARDING"]
# until = 2027-12-31
"""
