"""An answer as a table that a practitioner would read: who is involved, and whom to ring."""

from typing import Any, Final

from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

Answer = dict[str, Any]

_ANSWERED: Final = {"HAS_RECORD", "NO_RECORD"}
_UNANSWERED: Final = {"TIMEOUT", "UNAVAILABLE", "BUSY", "REFUSED", "INVALID_RESPONSE"}
_PLACES_SHOWN: Final = 2


def print_answer(console: Console, title: str, answer: Answer) -> None:
    """Print one ChildAnswer, as GraphQL returns it."""
    console.rule(Text(title, style="bold"))
    console.print(report(answer))


def report(answer: Answer) -> RenderableType:
    """One ChildAnswer: the child, a line an agency, what is unsettled, and the receipt."""
    return Group(
        _child(answer["child"]),
        _agencies(answer["answers"]),
        *(_unresolved(candidate) for candidate in answer["unresolved"]),
        _completeness(answer["completeness"]),
        _receipt(answer["receipt"]),
    )


# Text that came from an agency is always a Text, whose square brackets rich does not read.
def _child(child: Answer | None) -> Text:
    if child is None:
        return Text("No record is certain to be this child's.", style="yellow")
    lines = [_identity(child), _restriction(child["restriction"])]
    statuses = [s["code"] for s in child["supportStatuses"] if not s["end"]]
    if statuses:
        lines.append(Text(f"Support now: {', '.join(statuses)}"))
    if child["leadPractitioner"]:
        lines.append(Text(f"Lead practitioner: {_lead(child['leadPractitioner'])}"))
    lines += [Text(f"Lives or lived at: {place}") for place in _places(child["addresses"])]
    lines += [Text(f"Withheld: {w['releaseClass']}, {w['message']}") for w in child["withheld"]]
    return Text("\n").join(lines)


def _identity(child: Answer) -> Text:
    name = child["names"][0] if child["names"] else {"given": [], "family": None}
    said = " ".join([*name["given"], name["family"] or ""]).strip() or "name withheld"
    born = (child["birthDate"] or {}).get("value") or "unknown"
    return Text(f"{said}, born {born}", style="bold")


def _restriction(restriction: str) -> Text:
    style = "green" if restriction == "NONE_KNOWN" else "bold red"
    return Text(f"Restriction: {restriction}", style=style)


def _places(addresses: list[Answer]) -> list[str]:
    # The same home comes once for each way in which agencies write it.
    said = (", ".join([*home["lines"], home["postcode"] or ""]) for home in addresses)
    return list(dict.fromkeys(said))[:_PLACES_SHOWN]


def _lead(involvement: Answer) -> str:
    worker = involvement["practitioner"] or {}
    parts = (worker.get("name"), involvement["role"], involvement["agency"]["name"])
    return ", ".join(part for part in parts if part)


def _agencies(answers: list[Answer]) -> Table:
    table = Table(expand=True)
    for heading in ("Agency", "Outcome", "Who is involved", "Telephone"):
        table.add_column(heading, overflow="fold")
    table.add_column("ms", justify="right")
    for answer in answers:
        latency = "" if answer["latencyMs"] is None else str(answer["latencyMs"])
        table.add_row(
            Text(answer["agency"]["name"]),
            Text(answer["outcome"], style=_style(answer["outcome"])),
            Text("\n").join(_involved(i) for i in answer["involvements"]),
            _telephone(answer),
            latency,
        )
    return table


def _style(outcome: str) -> str:
    if outcome in _ANSWERED:
        return "green"
    return "red" if outcome in _UNANSWERED else "yellow"


def _involved(involvement: Answer) -> Text:
    worker = (involvement["practitioner"] or {}).get("name")
    parts = (worker, involvement["role"], involvement["team"])
    said = ", ".join(part for part in parts if part)
    return Text(said, style="dim" if involvement["status"] == "CLOSED" else "")


def _telephone(answer: Answer) -> Text:
    numbers = [number for i in answer["involvements"] if (number := _number(i))]
    if numbers:
        return Text("\n".join(numbers))
    duty = (answer["ring"] or {}).get("telephone")
    return Text(f"duty {duty}", style="bold") if duty else Text("")


def _number(involvement: Answer) -> str | None:
    own = (involvement["practitioner"] or {}).get("telephone")
    return own or (involvement["contact"] or {}).get("telephone")


def _unresolved(candidate: Answer) -> Text:
    likely = (
        f", more likely a {candidate['likelyOther'].lower()}" if candidate["likelyOther"] else ""
    )
    agreed, differed = (", ".join(candidate[key]) or "nothing" for key in ("agreed", "differed"))
    said = f"{candidate['grade']}{likely}; agreed: {agreed}; differed: {differed}"
    return Text(f"Unresolved at {candidate['agency']['name']}: {said}", style="yellow")


def _completeness(held: Answer) -> Text:
    counts = (
        f"{held['answered']} of {held['inScope']} answered, {held['unanswered']} did not, "
        f"{held['notAsked']} not asked"
    )
    whole = "complete" if held["complete"] else "not complete"
    missing = "; ".join(held["notConnected"]) or "nobody"
    return Text(f"{counts}: {whole}. Nobody here can ask: {missing}.")


def _receipt(receipt: Answer) -> Text:
    place = f"{receipt['log']} entry {receipt['index']}, question {receipt['queryId']}"
    return Text(f"Recorded in {place}", style="dim")
