"""Every text of the family pages is in every language, and a browser gets the one it asks for."""

from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

import console
from console.pages.languages import _accepted

HERE = Path(console.__file__).parent
METHOD = "jinja2.ext:babel_extract"
FILES = sorted((HERE / "locale").glob("*.po"))


def texts() -> set[str | tuple[str, ...]]:
    methods = [(name, METHOD) for name in ("layout.html", "home.html", "families/*.html")]
    return {found[2] for found in extract_from_dir(HERE / "templates", methods)}


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_each_language_has_every_text_and_none_that_is_gone(file: Path) -> None:
    with file.open("rb") as opened:
        catalogue = read_po(opened)
    assert {message.id for message in catalogue if message.id} == texts()
    empty = [message.id for message in catalogue if not message.string]
    assert empty == []
    assert [message.id for message in catalogue if message.fuzzy] == []


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_nobody_takes_a_language_for_reviewed_that_is_not(file: Path) -> None:
    assert "no speaker has reviewed it yet" in file.read_text("utf-8").splitlines()[0]


@pytest.mark.parametrize(
    ("header", "codes"),
    [
        ("pl-PL,pl;q=0.9,en;q=0.8", ["pl", "pl", "en"]),
        ("en;q=0.2, pl;q=0.7", ["pl", "en"]),
        ("pl;q=0, en", ["en"]),
        ("pl;q=nonsense", []),
        ("", [""]),
    ],
)
def test_what_a_browser_wants_most_comes_first(header: str, codes: list[str]) -> None:
    assert list(_accepted(header)) == codes
