import json
import re
from pathlib import Path

import pytest
from graphql import OperationDefinitionNode, parse, validate
from graphql.execution.values import get_variable_values
from typer.main import get_command

from gateway.cli.main import app
from gateway.config.settings import Settings
from gateway.config.settings_names import settings_of
from gateway.graphql.root import build_schema
from tests.support.docs.pages import PAGES, ROOT, anchors, blocks, code, links, text

TEAMAROUND = get_command(app)
SCHEMA = build_schema()._schema  # noqa: SLF001  as the gateway does

MAKE = re.compile(r"\bmake ([a-z-]+)")
COMMAND = re.compile(r"(?<![/\w])teamaround (?!teamaround\b)([a-z]+)")
FILE = re.compile(r"(?:adapters|resolvers|gateway|demo|docs|tests|deploy|bench)/[\w./-]+")
MACHINE = re.compile(r"(?<![\w.:/])/(?:home|root|tmp|work|usr|opt|var|etc|Users|mnt)\b|[A-Z]:\\")
# An operator's pages name the folders that every Debian has, and nobody's own.
OF_EVERY_DEBIAN = re.compile(r"(?<![\w.:/])/(?:usr|opt|var|etc)\b")

NAMED = re.compile(r"\[([^\]]+)\]\(([\w/-]+\.md)\)")
TYPED = re.compile(r"(?:^|-- |\$\()teamaround ([a-z][^|;&<>)\n]*)", re.MULTILINE)
OPTION = re.compile(r"(?<=\s)--[a-z-]+")
SETTINGS = {".".join(key) for key in settings_of(Settings)}
TABLES = {name.partition(".")[0] for name in SETTINGS if "." in name}
SETTING = re.compile(r"([a-z_]+)\.(?!pem$|py$|sqlite$)[a-z_]+$")
# Keys of a manifest and of the chart, whose tables are called like some of the settings'.
OF_OTHERS = {"limits.max_body", "keys.secret", "witnesses.each"}

each_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))


@each_page
def test_every_link_leads_to_a_page_and_a_heading_of_it(page: Path) -> None:
    for link in links(page.read_text("utf-8")):
        name, _, anchor = link.partition("#")
        if not name.startswith("https://"):
            target = (page.parent / name).resolve() if name else page
            assert target.is_relative_to(ROOT), link
            assert target.exists(), link
            assert not anchor or anchor in anchors(target.read_text("utf-8")), link


@each_page
def test_every_file_that_a_page_names_is_there(page: Path) -> None:
    named = FILE.findall(page.read_text("utf-8"))
    assert [name for name in named if not (ROOT / name.rstrip("./")).exists()] == []


@each_page
def test_every_command_that_a_page_names_is_there(page: Path) -> None:
    text = page.read_text("utf-8")
    targets = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)
    commands = getattr(TEAMAROUND, "commands", {})
    spans = "\n".join([*code(text), *blocks(text, "sh")])
    assert set(MAKE.findall(spans)) <= set(targets)
    assert set(COMMAND.findall(spans)) <= commands.keys()


@pytest.mark.parametrize(
    ("page", "begins"), [("README.md", "## What to read next"), ("docs/operate/README.md", "# ")]
)
def test_a_list_of_pages_calls_each_page_by_its_title(page: str, begins: str) -> None:
    listed = text(page).split(begins)[1].split("\nThe command ")[0]
    for name, target in NAMED.findall(listed):
        first = text(f"{Path(page).parent}/{target}").splitlines()[0]
        assert name.lower().removesuffix(".md").removeprefix("the ") in first.lower(), target


@each_page
def test_every_option_that_a_page_gives_is_one_that_its_command_takes(page: Path) -> None:
    given = page.read_text("utf-8") if page.name != "CHANGELOG.md" else ""
    lines = "\n".join([*code(given), *blocks(given, "sh")]).replace("\\\n", " ")
    for words in TYPED.findall(lines):
        assert set(OPTION.findall(words)) <= options_of(words.split()), words


def options_of(words: list[str]) -> set[str]:
    """The options of the command that `words` call."""
    command = TEAMAROUND
    for word in words:
        command = getattr(command, "commands", {}).get(word, command)
    return {"--help", *(each for known in command.params for each in known.opts)}


@each_page
def test_every_setting_that_a_page_names_is_one(page: Path) -> None:
    spans = code(page.read_text("utf-8")) if page.name != "CHANGELOG.md" else []
    named = {found[0] for span in spans if (found := SETTING.match(span)) and found[1] in TABLES}
    assert named <= SETTINGS | OF_OTHERS


@each_page
def test_no_page_names_a_path_of_somebodys_machine(page: Path) -> None:
    text = page.read_text("utf-8")
    if page.parent.name == "operate":
        text = OF_EVERY_DEBIAN.sub("", text)
    assert MACHINE.findall(text) == []


def test_every_decision_stands_in_the_list_of_decisions() -> None:
    listed = links((ROOT / "docs/adr/README.md").read_text("utf-8"))
    assert sorted(listed) == sorted(p.name for p in (ROOT / "docs/adr").glob("0*.md"))


@each_page
def test_every_query_on_a_page_is_one_that_the_gateway_takes(page: Path) -> None:
    for query in blocks(page.read_text("utf-8"), "graphql"):
        assert validate(SCHEMA, parse(query)) == []


def test_the_variables_of_a_choice_are_those_that_its_query_takes() -> None:
    query = next(q for q in blocks(text("docs/front-end.md"), "graphql") if "query Chosen" in q)
    (operation,) = parse(query).definitions
    assert isinstance(operation, OperationDefinitionNode)
    given = json.loads(blocks(text("docs/front-end.md"), "json")[0])
    told = get_variable_values(SCHEMA, operation.variable_definitions or (), given)
    assert not isinstance(told, list), told
