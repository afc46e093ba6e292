"""The languages of what families see: English in the templates, others in `console/locale/*.po`."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from gettext import GNUTranslations, NullTranslations
from io import BytesIO
from pathlib import Path
from typing import Any, Final, Self

from babel import Locale
from babel.core import UnknownLocaleError
from babel.dates import format_date, format_time
from babel.messages.mofile import write_mo
from babel.messages.pofile import PoFileError, read_po
from starlette.requests import Request

from console.config.settings import PagesNotConfigured
from console.pages.words import CLOCK, here

_FOLDER: Final = Path(__file__).parents[1] / "locale"
ENGLISH: Final = "en"
UNREVIEWED: Final = "no speaker has reviewed it yet"  # in a file's first comment, while it is true


@dataclass(frozen=True, slots=True)
class PageLanguage:
    """One language: its code as a browser says it, its texts, and how it writes dates."""

    code: str
    texts: NullTranslations
    locale: Locale
    reviewed: bool = True

    @classmethod
    def of(cls, file: Path) -> Self:
        """The language of a file, named by its code; PagesNotConfigured."""
        try:
            with file.open("rb") as opened:
                catalogue = read_po(opened, abort_invalid=True)
            locale = Locale.parse(file.stem.replace("-", "_"))
        except (PoFileError, UnknownLocaleError, ValueError) as error:
            raise PagesNotConfigured(f"{file} cannot be used: {error}") from None
        compiled = BytesIO()
        write_mo(compiled, catalogue)
        compiled.seek(0)
        reviewed = UNREVIEWED not in catalogue.header_comment
        return cls(file.stem.replace("_", "-"), GNUTranslations(compiled), locale, reviewed)

    @property
    def name(self) -> str:
        """What its speakers call it."""
        return str(Locale.parse(self.code, sep="-").get_display_name() or self.code)

    @property
    def values(self) -> dict[str, Any]:
        """What a template needs to speak it."""
        return {
            "lang": self.code,
            "direction": self.locale.text_direction,
            "reviewed": self.reviewed,
            "_": self.texts.gettext,
            "ngettext": self.texts.ngettext,
            "languages": languages().values(),
            "moment": self.moment,
            "day": self.day,
        }

    def day(self, said: str) -> str:
        """The day of a moment, where families live."""
        return str(format_date(here(said), "long", self.locale))

    def moment(self, said: str) -> str:
        """A moment, by the clock where families live."""
        time = format_time(here(said), "short", CLOCK, self.locale)
        return f"{self.day(said)}, {time}"


@cache
def languages() -> dict[str, PageLanguage]:
    """Every language that there is a file of, by code in small letters; English first."""
    english = PageLanguage(ENGLISH, NullTranslations(), Locale.parse("en_GB"))
    others = map(PageLanguage.of, sorted(_FOLDER.glob("*.po")))
    return {each.code.lower(): each for each in (english, *others)}


def language_of(request: Request, form: str = "") -> PageLanguage:
    """The language of a link or a form, else the first that the browser asks for and we have.

    Whoever was signed out comes back with it as `state`, if the sign-in service passes that on.
    """
    asked = request.query_params
    chosen = (asked.get("lang", ""), form, asked.get("state", ""))
    wanted = (*chosen, *_accepted(request.headers.get("accept-language", "")))
    found = (languages()[code] for tag in wanted for code in _shortened(tag) if code in languages())
    return next(found, languages()[ENGLISH])


def _shortened(tag: str) -> Iterator[str]:
    """A tag and what is left of it without its last parts (RFC 4647, 3.4): pt-br, pt."""
    parts = tag.lower().split("-")[:4]
    return ("-".join(parts[:end]) for end in range(len(parts), 0, -1))


def _accepted(header: str) -> Iterator[str]:
    """The tags of Accept-Language (RFC 9110, 12.5.4), the most wanted first."""
    ranked = (each.strip().lower().partition(";q=") for each in header.split(",")[:20])
    weighed = [(_weight(weight), tag) for tag, _, weight in ranked]
    return (tag for weight, tag in sorted(weighed, key=lambda w: -w[0]) if weight)


def _weight(text: str) -> float:
    try:
        return float(text or 1)
    except ValueError:
        return 0.0
