"""What every peer is asked: some children's records at so many agencies, in one GraphQL document.

An agency is a field of the root. So every gateway can ask all agencies at once, which is the best
that it can do.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from bench.town.record import BIRTH_DATE, record_of

TYPES: Final = """
type Worker {
  name: String role: String team: String telephone: String email: String
  teamTelephone: String since: String
}
type Home { lines: [String!] postcode: String }
type Record {
  id: String nhs: String family: String given: String born: String sex: String
  restricted: String homes: [Home!] workers: [Worker!]
}
"""
FIELDS: Final = """fragment Fields on Record {
  id nhs family given born sex restricted homes { lines postcode }
  workers { name role team telephone email teamTelephone since }
}"""


@dataclass(frozen=True, slots=True)
class Shape:
    """How large a question is; `children` are NHS numbers, `workers` are of each record."""

    agencies: int
    children: Sequence[str]
    workers: int = 1

    @property
    def names(self) -> list[str]:
        """The agencies, by the names that GraphQL allows."""
        return [name_of(number) for number in range(1, self.agencies + 1)]

    @property
    def body(self) -> dict[str, Any]:
        """The request's JSON."""
        known = {f"n{at}": nhs for at, nhs in enumerate(self.children)}
        given = ", ".join(f"${name}: String!" for name in known)
        fields = "\n".join(
            f"{key}: {agency}(nhs: $n{at}, born: $born) {{ ...Fields }}"
            for key, agency, at, _ in self._asked
        )
        return {
            "query": f"query Ask($born: String!, {given}) {{\n{fields}\n}}\n{FIELDS}",
            "variables": {"born": BIRTH_DATE, **known},
        }

    @property
    def answer(self) -> dict[str, Any]:
        """The only right answer."""
        return {
            "data": {
                key: record_of(agency, nhs, self.workers) for key, agency, _, nhs in self._asked
            }
        }

    @property
    def _asked(self) -> list[tuple[str, str, int, str]]:
        """Each field: its key, its agency, and which child it is about."""
        return [
            (f"{agency}_{at}", agency, at, nhs)
            for at, nhs in enumerate(self.children)
            for agency in self.names
        ]


def name_of(number: int) -> str:
    """The agency's name, which is a field's too."""
    return f"agency_{number:02}"


def schema_of(names: Iterable[str]) -> str:
    """The schema that serves these agencies."""
    fields = "\n".join(f"  {name}(nhs: String!, born: String!): Record" for name in names)
    return f"{TYPES}\ntype Query {{\n{fields}\n}}\n"


def subgraph_of(name: str) -> str:
    """One agency's schema in a federation: the types are shared with all the others."""
    link = (
        'extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", '
        'import: ["@shareable"])\n'
    )
    schema = schema_of([name])
    for kind in ("Worker", "Home", "Record"):
        schema = schema.replace(f"type {kind} {{", f"type {kind} @shareable {{")
    return link + schema
