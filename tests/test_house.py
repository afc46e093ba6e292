"""The house keeps its rooms: what stands where, what it is called, and what the map says of it."""

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from tests.support.docs.pages import ROOT, rows, text

HOPS: Final = 3  # at most, from a name: whoever needs what is further away is handed it
HOUSES: Final = ("gateway", "resolvers", "adapters", "teamaround", "console")
ROOMS: Final = 12  # at most, in one house
FILES: Final = 15  # at most, in one room
FORBIDDEN: Final = {"utils", "helpers", "manager", "managers", "common", "base", "misc"}


def packages(top: str) -> Iterator[Path]:
    """A package and every one inside it."""
    return (file.parent for file in sorted((ROOT / top).rglob("__init__.py")))


def modules(top: str) -> Iterator[Path]:
    return (file for file in sorted((ROOT / top).rglob("*.py")) if file.name != "__init__.py")


def types_of(file: Path) -> Iterator[str]:
    """The classes of a module and the names that it gives to types."""
    for node in ast.parse(file.read_text("utf-8")).body:
        if isinstance(node, ast.ClassDef):
            yield node.name
        elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            name = node.targets[0].id
            if re.fullmatch(r"[A-Z]\w*[a-z]\w*", name):
                yield name


def chains(code: str) -> Iterator[str]:
    """Every chain of attributes in some code, `a.b.c`, from its name to its last dot.

    An item of a mapping is on the way as well, and counts as no hop: `a.b[key].c`. A call ends a
    chain, as what it gives back is its answer. A module's name is an address, and no hop either.
    """
    tree = ast.parse(code)
    imported = (each for each in ast.walk(tree) if isinstance(each, ast.Import))
    modules = {(a.asname or a.name).split(".")[0] for each in imported for a in each.names}
    within: set[ast.AST] = set()
    for node in ast.walk(tree):
        if not isinstance(node, ast.Attribute) or node in within:
            continue
        hops: list[str] = []
        link: ast.expr = node
        while isinstance(link, ast.Attribute | ast.Subscript):
            within.add(link)
            if isinstance(link, ast.Attribute):
                hops.append(link.attr)
            link = link.value
        first = link.id if isinstance(link, ast.Name) else ""
        yield ".".join((hops.pop() if first in modules else first, *reversed(hops)))


@pytest.mark.parametrize("house", HOUSES)
def test_a_house_has_at_most_a_dozen_rooms(house: str) -> None:
    assert len([room for room in packages(house) if room.parent == ROOT / house]) <= ROOMS


@pytest.mark.parametrize("house", HOUSES)
def test_a_room_has_at_most_fifteen_files(house: str) -> None:
    files = {
        str(room.relative_to(ROOT)): len(list(room.glob("*.py"))) - 1 for room in packages(house)
    }
    assert {room: count for room, count in files.items() if count > FILES} == {}


def test_one_name_of_a_type_means_one_thing() -> None:
    where: dict[str, set[Path]] = defaultdict(set)
    for file in (file for house in HOUSES for file in modules(house)):
        for name in types_of(file):
            if not name.startswith("_"):
                where[name].add(file)
    assert {name: files for name, files in where.items() if len(files) > 1} == {}


def test_no_file_is_called_by_a_word_that_says_nothing() -> None:
    assert [file for house in HOUSES for file in modules(house) if file.stem in FORBIDDEN] == []


def test_every_room_says_in_a_line_what_it_is_for() -> None:
    for room in (room for house in HOUSES for room in packages(house)):
        said = ast.get_docstring(ast.parse((room / "__init__.py").read_text("utf-8"))) or ""
        assert said.endswith("."), room
        assert "\n" not in said, room


def test_the_map_has_a_line_for_each_folder_and_says_what_the_folder_says() -> None:
    told = {cells[0].strip("`"): cells[1] for cells in rows(text("docs/map.md"))}
    there = {
        f"{room.relative_to(ROOT)}/": ast.get_docstring(
            ast.parse((room / "__init__.py").read_text())
        )
        for house in HOUSES
        for room in packages(house)
    }
    assert {name: told.get(name) for name in there} == there
    assert [name for name in told if not (ROOT / name).is_dir()] == []
    tops = {f"{each.name}/" for each in ROOT.iterdir() if (each / "__init__.py").exists()}
    assert tops <= told.keys()


def test_no_test_borrows_from_another_test() -> None:
    borrowed = re.compile(r"^\s*from tests[\w.]*\.test_\w+ import", re.MULTILINE)
    assert [file for file in modules("tests") if borrowed.search(file.read_text("utf-8"))] == []


def test_the_tests_of_a_package_stand_in_rooms_of_the_same_names() -> None:
    for house in HOUSES:
        for folder in packages(f"tests/{house}"):
            there = ROOT / folder.relative_to(ROOT / "tests")
            assert there.is_dir(), f"{folder} mirrors no room"


@pytest.mark.parametrize("top", [*HOUSES, "demo", "bench"])
def test_parts_are_handed_over_and_not_reached_through(top: str) -> None:
    far = [
        f"{file.relative_to(ROOT)}: {chain}"
        for file in modules(top)
        for chain in chains(file.read_text("utf-8"))
        if chain.count(".") > HOPS
    ]
    assert far == []


@pytest.mark.parametrize(
    "code",
    [
        "registrar.rollout.generations.current.folder",
        "self.rollout.generations.current.connections.get(source)",
        "view.registry.sources[answered.source].adapter.operations",
        "self.calls[0].asked.shield.everybody.of(answers).resolution",
        "import gateway\ngateway.pipeline.registrar.rollout.generations.current",
    ],
)
def test_a_chain_of_four_hops_is_found_wherever_it_begins(code: str) -> None:
    assert max(chain.count(".") for chain in chains(code)) > HOPS


@pytest.mark.parametrize(
    "code",
    [
        "self.generations.current.folder",
        "import os\nos.path.sep.join.four",
        "asked().by.name.alone",
        "self.log.search(term).entries[0].index.value",
    ],
)
def test_three_hops_a_library_and_what_was_answered_are_no_chain(code: str) -> None:
    assert max(chain.count(".") for chain in chains(code)) <= HOPS
