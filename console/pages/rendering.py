"""Templates become pages: every value is escaped, whoever said it."""

from collections.abc import Mapping
from typing import Any, Final

from jinja2 import ChoiceLoader, Environment, PackageLoader, PrefixLoader

from console.pages.assets import Assets
from console.pages.words import detail, grouped, in_words, shortly, telephone

_MACROS: Final = "govuk_frontend_jinja"


def environment(assets: Assets) -> Environment:
    """The templates of these pages, and the design system's macros."""
    loader = ChoiceLoader(
        [PackageLoader("console"), PrefixLoader({_MACROS: PackageLoader(_MACROS)})]
    )
    made = Environment(loader=loader, autoescape=True, trim_blocks=True, lstrip_blocks=True)
    made.filters |= {
        "in_words": in_words,
        "grouped": grouped,
        "shortly": shortly,
        "telephone": telephone,
        "detail": detail,
    }
    made.globals |= {"assets": assets, "_": str}  # English, where a page speaks no other language
    return made


def rendered(templates: Environment, name: str, values: Mapping[str, Any]) -> str:
    """One page, or one part of it."""
    return templates.get_template(name).render(values)
