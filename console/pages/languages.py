"""The languages of what families see: English in the templates, others in `console/locale/*.po`."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, tzinfo
from functools import cache
from gettext import GNUTranslations, NullTranslations
from io import BytesIO
from pathlib import Path
from typing import Any, Final

from babel import Locale
from babel.dates import format_date, format_time, get_timezone
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from console.pages.visit import Visit

_FOLDER: Final = Path(__file__).parents[1] / "locale"
_ENGLISH: Final = "en"
_CLOCK: Final[tzinfo] = get_timezone("Europe/London")


@dataclass(frozen=True, slots=True)
class PageLanguage:
    """One language: its code, its texts, and how it writes dates."""

    code: str
    texts: NullTranslations

    @property
    def name(self) -> str:
        """What its speakers call it."""
        return str(Locale.parse(self.code).get_display_name() or self.code)

    @property
    def values(self) -> dict[str, Any]:
        """What a template needs to speak it."""
        return {
            "lang": self.code,
            "_": self.texts.gettext,
            "ngettext": self.texts.ngettext,
            "languages": languages().values(),
            "moment": self.moment,
            "day": self.day,
        }

    def day(self, said: str) -> str:
        """The day of a moment, where families live."""
        return str(format_date(_here(said), "long", self._locale))

    def moment(self, said: str) -> str:
        """A moment, by the clock where families live."""
        time = format_time(_here(said), "short", _CLOCK, self._locale)
        return f"{self.day(said)}, {time}"

    @property
    def _locale(self) -> Locale:
        return Locale.parse("en_GB" if self.code == _ENGLISH else self.code)


@cache
def languages() -> dict[str, PageLanguage]:
    """Every language that there is a file of, by code; English first."""
    english = PageLanguage(_ENGLISH, NullTranslations())
    others = (PageLanguage(file.stem, _texts(file)) for file in sorted(_FOLDER.glob("*.po")))
    return {each.code: each for each in (english, *others)}


def language_of(visit: Visit) -> PageLanguage:
    """The language of a link or a form, else the first that the browser asks for and we have."""
    chosen = (visit.request.query_params.get("lang", ""), visit.text("lang"))
    wanted = (*chosen, *_accepted(visit.request.headers.get("accept-language", "")))
    found = (languages()[code] for code in wanted if code in languages())
    return next(found, languages()[_ENGLISH])


def _accepted(header: str) -> Iterator[str]:
    """The codes of Accept-PageLanguage (RFC 9110, 12.5.4), the most wanted first."""
    ranked = (each.strip().lower().partition(";q=") for each in header.split(",")[:20])
    weighed = [(_weight(weight), code.split("-")[0]) for code, _, weight in ranked]
    return (code for weight, code in sorted(weighed, key=lambda w: -w[0]) if weight)


def _weight(text: str) -> float:
    try:
        return float(text or 1)
    except ValueError:
        return 0.0


def _texts(file: Path) -> NullTranslations:
    with file.open("rb") as opened:
        catalogue = read_po(opened)
    compiled = BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return GNUTranslations(compiled)


def _here(said: str) -> datetime:
    return datetime.fromisoformat(said).astimezone(_CLOCK)
