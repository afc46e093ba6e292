"""A draft of a manifest, from answers and a sample of which only the shape is kept."""

import re
from dataclasses import dataclass
from typing import Final

from pydantic import TypeAdapter, ValidationError

from adapters.authoring.draft import Answers, Draft, draft
from adapters.authoring.sample_shape import SampleShape, SampleUnreadable, shape_of_text
from adapters.manifest.table import SourceId
from gateway.model.errors import AskDifferently

_LONGEST: Final = 300
_WITH_A_LOGIN: Final = re.compile(r"[^/?#]*//[^/?#]*@")
_NO_LOGIN: Final = "address: write it without a user name or password, which go into [auth]"


@dataclass(frozen=True, slots=True)
class SampleText:
    """A reply of the system, or the head of its file; nothing of it is kept but the shape."""

    name: str
    content: str


def drafted(answers: Answers, sample: SampleText | None) -> Draft:
    """The draft; AskDifferently says which answer to write otherwise."""
    _refuse_unusable(answers)
    try:
        shape = shape_of_text(sample.name, sample.content) if sample else SampleShape()
    except SampleUnreadable as error:
        raise AskDifferently("SAMPLE_UNREADABLE", f"sample: {error}") from None
    return draft(answers, shape, answers.identifier)


def _refuse_unusable(answers: Answers) -> None:
    try:
        TypeAdapter(SourceId).validate_python(answers.identifier)
    except ValidationError as error:
        what = error.errors()[0]["msg"].removeprefix("Value error, ")
        raise AskDifferently("VARIABLES_INVALID", f"source: {what}") from None
    for name in ("agency", "telephone", "address"):
        text = getattr(answers, name)
        if not text.strip() or len(text) > _LONGEST:
            raise AskDifferently("VARIABLES_INVALID", f"{name}: write 1 to {_LONGEST} characters")
    if _WITH_A_LOGIN.match(answers.address):
        raise AskDifferently("VARIABLES_INVALID", _NO_LOGIN)
