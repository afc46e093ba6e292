"""An agency joins: a draft of a manifest from a sample or an address, tried, then proposed."""

from collections.abc import Mapping
from typing import Any, Final

from starlette.responses import Response

from console.agency.menu import MENU
from console.agency.trial import TrialForm
from console.asking.refusals import GatewayRefused
from console.pages.menu import ShownMenu
from console.pages.visit import Visit

_ANSWERS: Final = ("source", "agency", "sector", "telephone", "address")
_NEEDED: Final = {
    "source": "Write an id for the system, such as northbrook-clinic.",
    "agency": "Write your organisation's name.",
    "sector": "Choose a sector.",
    "telephone": "Write the telephone of the duty contact.",
    "address": "Write where the system is, such as https://host/api.",
}
_LONGEST_SAMPLE: Final = 40_000
_TOO_LONG: Final = f"Shorten the sample: it may have {_LONGEST_SAMPLE:,} characters at most."
_ONE_OF_TWO: Final = "Give a sample, or an address where one is, and not both."
_MOST_REPLIES: Final = 20
_HERE: Final = "/sources/new"


async def show_join_form(visit: Visit) -> Response:
    """`/sources/new`: five answers, and a sample."""
    return await _asked(visit, ())


async def draft_source(visit: Visit) -> Response:
    """`/sources/draft`: the draft, to be completed; or what to correct."""
    missing = [(name, said) for name, said in _NEEDED.items() if not visit.text(name)]
    sample = await _sample(visit)
    if sample is not None and len(sample["content"]) > _LONGEST_SAMPLE:
        missing.append(("sample", _TOO_LONG))
    if sample is not None and visit.text("at"):
        missing.append(("at", _ONE_OF_TWO))
    if missing:
        return await _asked(visit, tuple(missing))
    answers = {name: visit.text(name) for name in _ANSWERS} | {"areas": visit.texts("areas")}
    try:
        draft = await _written(visit, answers, sample)
    except GatewayRefused as refused:
        if refused.signs_out:
            raise
        return await _asked(visit, ((_field_of(refused), refused.sentence),))
    return await _draft(visit, draft["manifest"], draft["replies"])


async def _written(
    visit: Visit, answers: Mapping[str, Any], sample: Mapping[str, str] | None
) -> Mapping[str, Any]:
    if at := visit.text("at"):
        said = await visit.ask("DraftSource", {"answers": answers, "at": at})
    else:
        given = {"sample": sample} if sample else {}
        said = await visit.ask("SourceDraft", {"answers": answers, **given})
    drafted: Mapping[str, Any] = said["sourceDraft"]
    return drafted


async def try_draft(visit: Visit) -> Response:
    """`/sources/try-draft`: every rule, and one exchange about a test child."""
    trial = TrialForm.of(visit)
    if wrong := trial.mistake:
        return await _again(visit, wrong=("nhs_number", wrong))
    try:
        tried = await visit.ask("TryDraft", {**_proposal(visit), "trial": trial.variables})
    except GatewayRefused as refused:
        return await _refused(visit, refused, "nhs_number")
    return await _again(visit, tried=tried["trial"])


async def propose_source(visit: Visit) -> Response:
    """`/sources/propose`: kept for another person to approve, or what to change."""
    try:
        said = (await visit.ask("ProposeSource", _proposal(visit)))["registerSource"]
    except GatewayRefused as refused:
        return await _refused(visit, refused, "manifest")
    if said["source"] is None:
        return await _again(visit, findings=said["findings"])
    return visit.page("agency/proposed.html", menu=await _menu(visit), **said)


async def _asked(visit: Visit, missing: tuple[tuple[str | None, str], ...]) -> Response:
    said = await visit.ask("Sources")
    MENU.admit(said["me"], _HERE)
    return visit.page(
        "agency/join.html",
        400 if missing else 200,
        menu=MENU.of(said["me"], _HERE),
        typed={name: visit.text(name) for name in (*_ANSWERS, "at", "pasted")},
        chosen=visit.texts("areas"),
        areas=said["me"]["areas"],
        mistakes=[{"field": name, "message": text} for name, text in missing],
    )


async def _sample(visit: Visit) -> dict[str, str] | None:
    """What was uploaded or pasted; of a CSV file its first line alone leaves the pages."""
    name, content = await visit.upload("sample")
    if not content:
        name, content = "pasted.json", visit.text("pasted")
    if not content:
        return None
    return {
        "name": name,
        "content": first_line(content) if name.lower().endswith(".csv") else content,
    }


def first_line(table: str) -> str:
    """The first line of a CSV file, whichever system wrote it: some end a line by CR alone."""
    lines = table.lstrip().splitlines()
    return lines[0] if lines else ""


def _field_of(refused: GatewayRefused) -> str | None:
    name = str(refused).partition(":")[0]
    return name if name in {*_ANSWERS, "at", "sample"} else None


def _proposal(visit: Visit) -> dict[str, Any]:
    rules = visit.text("rules")
    found = {"manifest": _typed(visit.text("manifest")), "replies": _replies(visit)}
    return {**found, "rules": rules} if rules else found


def _replies(visit: Visit) -> list[dict[str, str]]:
    names, contents = visit.texts("reply_name"), visit.whole_texts("reply")
    pairs = list(zip(names, contents, strict=False))[:_MOST_REPLIES]
    return [{"name": name, "content": _typed(content)} for name, content in pairs]


def _typed(text: str) -> str:
    """A text without the carriage returns that a browser puts into it (RFC 7578, HTML)."""
    return text.replace("\r\n", "\n")


async def _refused(visit: Visit, refused: GatewayRefused, field: str) -> Response:
    if refused.signs_out:
        raise refused
    return await _again(visit, wrong=(field, refused.sentence))


async def _again(visit: Visit, **happened: Any) -> Response:
    return await _draft(visit, visit.text("manifest"), _replies(visit), **happened)


async def _menu(visit: Visit) -> ShownMenu:
    return MENU.of((await visit.ask("Me"))["me"])


async def _draft(  # noqa: PLR0913  what may have happened
    visit: Visit,
    manifest: str,
    replies: list[dict[str, str]],
    *,
    wrong: tuple[str, str] | None = None,
    tried: Mapping[str, Any] | None = None,
    findings: list[dict[str, Any]] | None = None,
) -> Response:
    return visit.page(
        "agency/draft.html",
        400 if wrong else 200,
        menu=await _menu(visit),
        typed={"manifest": manifest, "rules": visit.text("rules")},
        replies=replies,
        trial=TrialForm.of(visit).texts,
        mistakes=[{"field": wrong[0], "message": wrong[1]}] if wrong else [],
        tried=tried,
        findings=findings or [],
        changes=manifest.count("CHANGE"),
    )
