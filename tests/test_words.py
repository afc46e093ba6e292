"""Plain words: short sentences, the usual turn, one word for one thing.

docs/plain-words.md lists the turns that nobody uses here, and docs/glossary.md the words that are
not used for its terms. Words that once stood for parts of this project do not come back.
"""

import io
import re
import tokenize
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Final

import pytest

from tests.support.docs.pages import rows, text
from tests.support.docs.prose import (
    Text,
    comments_in,
    described,
    pages,
    plain,
    shown_texts,
    texts_in,
    texts_of_page,
    texts_of_source,
    texts_of_template,
)

_ROOT: Final = Path(__file__).parents[1]
_PACKAGES: Final = (
    "gateway",
    "adapters",
    "resolvers",
    "teamaround",
    "console",
    "tests",
    "bench",
    "demo",
    "examples",
)
# Each with the word of docs/glossary.md to use instead.
_RETIRED: Final = {
    r"tally|tallies": "refusal counter, or a count",
    r"allowances?": "quota",
    r"restraints?": "source limits",
    r"charters?": "desired state",
    r"succession": "generations",
    r"sightings?": "observed access",
    r"habits?": "usual accesses",
    r"spared": "not asked, or the circuit breaker is open",
    r"conceal\w*": "pseudonymise, or protect",
    r"key[ _]room": "key service",
    r"drawn (again|again)": "rebuilt, or found again",
}
# As parts of a name; in prose these are plain English, or names of stored tables.
_NOT_IN_NAMES: Final = {"desk", "enact", "enactment", "telling", "forgetting", "posing", "journey"}
_ERROR: Final = re.compile(
    r"\b[A-Z][a-z]+\w*(?:Unavailable|Corrupt|Refused|Missing|Invalid|Unreadable|Denied)\b"
)

# To read a file word by word takes long: only those are that may have one.
_MAYBE_IN_NAMES: Final = re.compile("|".join(_NOT_IN_NAMES), re.IGNORECASE)
_CLASS: Final = re.compile(r"^class (\w+)", re.MULTILINE)

_LONG: Final = 25  # words in a sentence
_LONGEST: Final = 32
_SHARE: Final = 3  # of 100 sentences that may be long
# A share lets one sentence of each page through, and these pages are a sentence or a few.
_WITHOUT_SHARE: Final = ("changes/", "docs/adr/")


def _listed(page: str, heading: str) -> dict[str, str]:
    """What a table of a page says not to write, each with what to write instead."""
    section = text(page).split(f"\n## {heading}\n")[1].split("\n## ")[0]
    told = [cells for cells in rows(section) if len(cells) == 2]
    if page.endswith("glossary.md"):
        told = [cells[::-1] for cells in told]
    return {one: cells[1] for cells in told for one in re.split(r"(?<=\w), ", cells[0])}


_TURNS: Final = _listed("docs/plain-words.md", "Turns that we do not use")
_SYNONYMS: Final = _listed("docs/glossary.md", "One word for one thing")


def _finds(banned: dict[str, str], said: str) -> list[str]:
    """What of `banned` a text says; a term that has a banned word in it may be said, and a code."""
    likely = [turn for turn in banned if turn.partition(" ")[0].lower() in said.lower()]
    return [f"{turn}: write {banned[turn]}" for turn in likely if _says(said, turn)]


def _says(said: str, turn: str) -> bool:
    term = {**_TURNS, **_SYNONYMS}[turn]
    rest = re.sub(re.escape(term), "", said, flags=re.IGNORECASE) if turn in term else said
    words = r"\s+".join(re.escape(word) for word in turn.split(" "))
    there = re.findall(rf"(?<![\w.-]){words}(?![\w-]|\.\w)", rest, re.IGNORECASE)
    return any(not one.isupper() for one in there)


@cache
def _everything() -> list[Text]:
    return [*(one for page in pages() for one in texts_of_page(page)), *shown_texts()]


def _long(texts: list[Text], words: int) -> list[str]:
    return [
        f"{one.place}: {sentence}"
        for one in texts
        for sentence in one.sentences()
        if len(sentence.split()) > words
    ]


def _share(texts: list[Text]) -> float:
    """How many of a hundred sentences are long."""
    return 100 * len(_long(texts, _LONG)) / max(1, sum(len(one.sentences()) for one in texts))


def _code() -> list[Path]:
    return [file for name in _PACKAGES for file in sorted((_ROOT / name).rglob("*.py"))]


def _pages() -> list[Path]:
    return [*sorted((_ROOT / "docs").rglob("*.md")), *sorted(_ROOT.glob("*.md"))]


@cache
def _written() -> dict[Path, str]:
    return {file: file.read_text("utf-8") for file in _code()}


@cache
def _read(code: str) -> tuple[frozenset[str], frozenset[str]]:
    """The names in some code, and the errors that its comments and docstrings name."""
    names, errors = set[str](), set[str]()
    for token in tokenize.generate_tokens(io.StringIO(code).readline):
        if token.type == tokenize.NAME:
            names.add(token.string)
        elif token.type == tokenize.COMMENT or token.string.startswith('"""'):
            errors |= set(_ERROR.findall(token.string))
    return frozenset(names), frozenset(errors)


def _parts(name: str) -> set[str]:
    return set(re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower().split("_"))


@cache
def _with_retired() -> dict[Path, str]:
    """The texts that say any retired word at all: each is read once."""
    likely = re.compile(rf"(?<![a-z])(?:{'|'.join(_RETIRED)})(?![a-z])", re.IGNORECASE)
    read = (*_code(), *_pages(), _ROOT / "schema.graphql")
    texts = {file: file.read_text("utf-8") for file in read if file != Path(__file__)}
    return {file: said for file, said in texts.items() if likely.search(said)}


@pytest.mark.parametrize(("word", "instead"), _RETIRED.items())
def test_no_page_message_or_name_says_a_retired_word(word: str, instead: str) -> None:
    said = re.compile(rf"(?<![a-z])(?:{word})(?![a-z])", re.IGNORECASE)
    saying = [
        f"{file.relative_to(_ROOT)}: {found[0]}"
        for file, written in _with_retired().items()
        for found in said.finditer(written)
    ]
    assert not saying, f"say {instead}"


def test_no_name_of_the_code_has_a_retired_part() -> None:
    names = {
        f"{file.relative_to(_ROOT)}: {name}"
        for file, code in _written().items()
        if _MAYBE_IN_NAMES.search(code)
        for name in _read(code)[0]
        if _parts(name) & _NOT_IN_NAMES
    }
    assert not names


def test_every_error_that_a_docstring_names_is_there() -> None:
    assert _nowhere(_written().values()) == set()


@pytest.mark.parametrize("told", ['"""Raises {}."""', "x = 1  # {} if not"])
def test_an_error_that_is_named_and_is_nowhere_is_found(told: str) -> None:
    planted = told.format("LogNeverMissing")
    assert _nowhere([planted]) == {"LogNeverMissing"}
    assert _nowhere([planted, "class LogNeverMissing: ..."]) == set()
    assert _nowhere([planted, "from log import LogNeverMissing"]) == set()


def _nowhere(every: Iterable[str]) -> set[str]:
    """The errors that comments and docstrings of some code name, and no code has."""
    codes = list(every)
    there = {name for code in codes for name in _CLASS.findall(code)}
    doubtful = [code for code in codes if {*_ERROR.findall(code)} - there]
    read = [_read(code) for code in doubtful]
    return set().union(*(named for _, named in read)) - there.union(*(names for names, _ in read))


@pytest.mark.parametrize("banned", [_TURNS, _SYNONYMS], ids=["turns", "synonyms"])
def test_no_text_says_a_turn_or_a_synonym_that_is_listed(banned: dict[str, str]) -> None:
    found = [(one.place, told) for one in _everything() for told in _finds(banned, one.said)]
    assert found == []


def test_sentences_are_short_enough_for_an_officer_an_auditor_and_a_parent() -> None:
    texts = _everything()
    assert _long(texts, _LONGEST) == []
    assert _share(texts) <= _SHARE, _long(texts, _LONG)


def _too_long(texts: list[Text]) -> list[str]:
    """The long sentences of a page, where it has more of them than it may have."""
    long = _long(texts, _LONG)
    few = len(long) <= 1 or _share(texts) <= _SHARE
    return [] if few and not texts[0].place.startswith(_WITHOUT_SHARE) else long


@pytest.mark.parametrize("page", pages(), ids=lambda page: page.name)
def test_few_sentences_of_a_page_are_long_and_none_of_a_change_or_a_decision(page: Path) -> None:
    assert _too_long(texts_of_page(page)) == []


@pytest.mark.parametrize(
    ("place", "long", "is_too_long"),
    [
        ("changes/hedge.added.md", 1, True),
        ("changes/README.md", 1, True),
        ("docs/adr/0040-the-wheel.md", 1, True),
        ("docs/audit.md", 1, False),
        ("docs/audit.md", 2, True),
    ],
)
def test_a_page_may_have_one_long_sentence_and_a_change_or_a_decision_none(
    place: str, long: int, *, is_too_long: bool
) -> None:
    sentences = [Text(place, " ".join(["word"] * (_LONG + 1)) + ".")] * long
    short = [Text(place, "Each of these is short.")] * 20
    assert bool(_too_long([*short, *sentences])) is is_too_long


@pytest.mark.parametrize("turn", [*_TURNS, *_SYNONYMS])
def test_each_turn_and_synonym_is_found_where_it_is_planted(turn: str) -> None:
    every = {**_TURNS, **_SYNONYMS}
    assert _finds({turn: every[turn]}, plain(f"It {turn} so."))
    assert not _finds({turn: every[turn]}, plain(f"A page may name `{turn}` as code."))


def test_a_term_may_be_said_though_a_banned_word_is_a_part_of_it() -> None:
    assert not _finds(_SYNONYMS, "The circuit breaker is open.")
    assert _finds(_SYNONYMS, "The breaker is open.")


@pytest.mark.parametrize(
    "planted",
    [
        "# Page\n\n{}",
        "- one item\n- {}",
        "1. {}",
        "| What | Why |\n|---|---|\n| a cell | {} |",
        "A short one. {} Another.",
        "Half of it stands on one line,\n{}",
    ],
)
def test_a_long_sentence_is_found_wherever_a_page_has_it(planted: str) -> None:
    page = planted.format(" ".join(["word"] * (_LONG + 1)) + ".")
    assert len(_long([Text("page", said) for said in texts_in(page)], _LONG)) == 1


@pytest.mark.parametrize(
    "short",
    [
        "```text\n{}\n```",
        "A span of code is one word: `{}`.",
        "- {}\n- {}",
        "| {} | {} |",
        "{}.\n\n{}.",
    ],
)
def test_code_items_cells_and_paragraphs_are_counted_as_a_reader_would(short: str) -> None:
    page = short.replace("{}", " ".join(["word"] * 20))
    assert _long([Text("page", said) for said in texts_in(page)], _LONG) == []


@pytest.mark.parametrize(
    "code",
    [
        "raise NotAllowed('CODE', '{}')",
        "raise NotAllowed('CODE', f'{{who}}: {}')",
        "port: int = Field(1, description='{}')",
        "role: Annotated[str, typer.Option(help='{}')]",
        "DETAILS = {{Outcome.BUSY: '{}'}}",
    ],
)
def test_a_message_a_setting_and_a_help_text_are_read_in_the_code(code: str) -> None:
    long = code.format("some words " * _LONG)
    (said,) = [Text("code", said) for _, said in texts_of_source(long)]
    assert _long([said], _LONG)
    (said,) = [Text("code", s) for _, s in texts_of_source(code.format("ask whoever knows it"))]
    assert _finds(_TURNS, said.said)


@pytest.mark.parametrize(
    "template",
    [
        "<p>Ask <bdi>{{ name }}</bdi>, or whoever knows it.</p>",
        '{{ line("field", "A field", typed, mistakes, "Ask whoever knows it.") }}',
        '<p class="govuk-body">{% if so %}Ask whoever knows it.{% endif %}</p>',
        '{{ _("Ask whoever knows it.") }}',
    ],
)
def test_what_a_web_page_says_is_read_in_its_template(template: str) -> None:
    said = [Text("page", one) for one in texts_of_template(template)]
    assert [told for one in said for told in _finds(_TURNS, one.said)]


def test_the_help_of_a_command_is_its_docstring() -> None:
    command = 'def serve() -> None:\n    """Serve whoever may ask."""'
    assert [said for _, said in texts_of_source(command, is_command=True)]
    assert [said for _, said in texts_of_source(command)] == []


def test_a_comment_of_a_profile_and_a_description_of_a_manifests_schema_are_read() -> None:
    (said,) = comments_in('effects = "none" # ask whoever runs it\n')
    assert _finds(_TURNS, said)
    (said,) = described({"$defs": [{"Limits": {"description": "What it can bear.", "x": 1}}]})
    assert _finds(_TURNS, said)
