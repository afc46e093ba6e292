"""Every text that a family meets is in every language, and a browser gets the one it asks for."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest
from babel import Locale
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po
from playwright.sync_api import Browser

import console
from console.config.settings import PagesNotConfigured
from console.pages import languages as room
from console.pages.languages import UNREVIEWED, _accepted, languages
from console.pages.problems import SPOKEN
from tests.support.console.browser import new_window, sideways, violations
from tests.support.console.reading import grade
from tests.support.console.town_pages import TownPages

HERE: Final = Path(console.__file__).parent
METHOD: Final = "jinja2.ext:babel_extract"
FILES: Final = sorted((HERE / "locale").glob("*.po"))
OPEN: Final = ("leaving.html", "signed_out.html", "problem.html", "unreviewed.html")
REVIEWED: Final = frozenset[str]()  # by a speaker, whose name is in the commit that says so here
HOLE: Final = re.compile(r"%\(\w+\)s|%s|\{\w*\}")
# Right to left, a language of a place, and no text of it is ours: everything is in brackets.
MADE_UP: Final = "ur_PK"


def texts() -> set[str | tuple[str, ...]]:
    """What the templates say in the reader's language, and what a problem may say."""
    names = ("layout.html", "home.html", "families/*.html", *OPEN)
    found = extract_from_dir(HERE / "templates", [(name, METHOD) for name in names])
    return {each[2] for each in found if each[2]} | {*SPOKEN}


def catalogue(file: Path) -> Catalog:
    with file.open("rb") as opened:
        return read_po(opened)


def forms(said: str | tuple[str, ...] | list[str] | None) -> tuple[str, ...]:
    return (said,) if isinstance(said, str) else tuple(said or ())


@pytest.mark.parametrize("text", sorted(SPOKEN))
def test_what_a_family_may_meet_before_it_is_signed_in_is_easy_to_read(text: str) -> None:
    assert grade(text) <= 6


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_each_language_has_every_text_and_none_that_is_gone(file: Path) -> None:
    read = catalogue(file)
    assert {message.id for message in read if message.id} == texts()
    empty = [each.id for each in read if not all(forms(each.string))]
    assert empty == []
    assert [message.id for message in read if message.fuzzy] == []


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_no_text_of_a_language_is_left_in_english(file: Path) -> None:
    said = [(each.id, each.string) for each in catalogue(file) if each.id]
    assert [once for once, here in said if {*forms(once)} & {*forms(here)}] == []


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_what_is_filled_in_has_its_place_in_every_form(file: Path) -> None:
    assert list(holes_that_differ(catalogue(file))) == []


def holes_that_differ(read: Catalog) -> Iterator[object]:
    for message in read:
        wanted = {*HOLE.findall(forms(message.id)[-1])}
        for said in forms(message.string)[1:] or forms(message.string):
            if message.id and {*HOLE.findall(said)} != wanted:
                yield message.id


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_each_number_has_the_form_that_its_speakers_use(file: Path) -> None:
    spoken = languages()[file.stem.replace("_", "-").lower()]
    texts = {count: spoken.texts.ngettext(*SAID, count) for count in range(1000)}
    rule = Locale.parse(file.stem).plural_form
    by_kind: dict[str, set[str]] = {}
    for count, text in texts.items():
        by_kind.setdefault(rule(count), set()).add(text)
    assert all(len(found) == 1 for found in by_kind.values()), by_kind


SAID: Final = (
    "One person made all the looks on this page.",
    "%(count)s people made the looks on this page.",
)


@pytest.mark.parametrize(
    ("once", "here"),
    [
        ("Person %(number)s", "Osoba %(numer)s"),
        ("Person %(number)s", "Osoba"),
        (("One", "%(count)s people"), ("Jedna", "%(count)s osoby", "osób")),
    ],
)
def test_a_place_that_is_missing_in_any_form_is_found(once: Any, here: Any) -> None:
    planted = Catalog(locale="pl")
    planted.add(once, here)
    assert list(holes_that_differ(planted)) == [once]


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_nobody_takes_a_language_for_reviewed_that_is_not(file: Path) -> None:
    spoken = languages()[file.stem.replace("_", "-").lower()]
    first = file.read_text("utf-8").splitlines()[0]
    assert spoken.reviewed is (file.stem in REVIEWED)
    assert (UNREVIEWED in first) is not spoken.reviewed


@pytest.mark.parametrize(
    ("header", "tags"),
    [
        ("pl-PL,pl;q=0.9,en;q=0.8", ["pl-pl", "pl", "en"]),
        ("en;q=0.2, pl;q=0.7", ["pl", "en"]),
        ("pl;q=0, en", ["en"]),
        ("pl;q=nonsense", []),
        ("", [""]),
    ],
)
def test_what_a_browser_wants_most_comes_first(header: str, tags: list[str]) -> None:
    assert list(_accepted(header)) == tags


def test_each_language_is_called_what_its_speakers_call_it(made_up: Path) -> None:
    del made_up
    assert [each.name for each in languages().values()] == ["English", "اردو (پاکستان)"]


@pytest.fixture
def made_up(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Path]:
    """A folder with one more language, which is a file alone."""
    made = Catalog(locale=MADE_UP, header_comment="# Made up for a test.")
    for text in texts():
        count = made.num_plurals if isinstance(text, tuple) else 0
        made.add(text, tuple(f"[{text[-1]}]" for _ in range(count)) or f"[{text}]")
    with (tmp_path / f"{MADE_UP}.po").open("wb") as opened:
        write_po(opened, made)
    monkeypatch.setattr(room, "_FOLDER", tmp_path)
    languages.cache_clear()
    yield tmp_path
    languages.cache_clear()


def test_a_further_language_is_a_file_alone_from_right_to_left_too(
    browser: Browser, town: TownPages, axe: str, made_up: Path
) -> None:
    del made_up
    with new_window(browser, locale="ur-PK", viewport={"width": 320, "height": 640}) as context:
        page = context.new_page()
        town.sign_in(page, "A young person", "/who-looked")
        root = page.locator("html")
        assert (root.get_attribute("lang"), root.get_attribute("dir")) == ("ur-PK", "rtl")
        assert page.title().startswith("[Who looked at my record?]")
        assert "[2 people made the looks on this page.]" in page.locator("main").inner_text()
        assert "A computer wrote" not in page.content()  # its file says nothing of that
        assert violations(page, axe) == []
        assert sideways(page) == 0
        page.get_by_role("button", name="[Sign out]").click()
        page.get_by_role("heading", name="[You are signed out]").wait_for()
        assert root.get_attribute("dir") == "rtl"
        page.goto(f"{town.url}/who-looked")
        assert page.get_by_role("heading", name="[Sign in]").count() == 1
        assert "[You are not signed in.]" in page.locator("main").inner_text()


@pytest.mark.parametrize(
    ("name", "text"),
    [("pl.po", "no text at all\n"), ("nonsense.po", ""), ("xx_YY.po", "")],
)
def test_a_file_that_cannot_be_used_is_named_before_the_pages_are_served(
    made_up: Path, name: str, text: str
) -> None:
    (made_up / name).write_text(text, "utf-8")
    with pytest.raises(PagesNotConfigured, match=name):
        languages()
