from pathlib import Path

import pytest

from console.config.keys import PagesKeys, read_or_make
from console.config.settings import PagesNotConfigured, read_pages_settings
from tests.support.docs.pages import blocks, text

(EXAMPLE,) = blocks(text("docs/pages.md"), "toml")


def written(folder: Path, content: str) -> Path:
    file = folder / "console.toml"
    file.write_text(content)
    return file


def test_the_settings_of_the_page_can_be_read(tmp_path: Path) -> None:
    read = read_pages_settings(written(tmp_path, EXAMPLE))
    assert read.sign_in.dpop
    assert read.session.key == tmp_path / "secrets/session.key"
    assert read.sign_in.client_secret == tmp_path / "secrets/client"


@pytest.mark.parametrize(
    ("line", "instead", "said"),
    [
        ('public_url = "https://', 'public_url = "http://', "write https://host"),
        ('public_url = "https://pages.example"', 'public_url = "http://localhost"', "environment"),
        ("idle = 900", "idle = 9", "session.idle"),
        ('key = "teamaround', 'key = "x', "log.key: Value error, the verifier key is of another"),
        ("dpop = true", "dpopp = true", "sign_in.dpopp"),
        ("[session]", "[session", "no TOML"),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, line: str, instead: str, said: str) -> None:
    assert line in EXAMPLE
    with pytest.raises(PagesNotConfigured, match=said):
        read_pages_settings(written(tmp_path, EXAMPLE.replace(line, instead)))


def test_the_key_is_made_once_for_its_owner_alone(tmp_path: Path) -> None:
    file = tmp_path / "secrets/session.key"
    made = read_or_make(file)
    assert read_or_make(file) == made
    assert file.stat().st_mode & 0o777 == 0o600
    assert PagesKeys.of(made).forms == PagesKeys.of(made).forms
    file.chmod(0o640)
    with pytest.raises(PagesNotConfigured, match="chmod 600"):
        read_or_make(file)
