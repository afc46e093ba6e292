"""What a question would do, said without asking anybody and without an entry in the log."""

from gateway.questions.prepare import Preparation, PreparedQuestion, Request


async def explain(preparation: Preparation, request: Request) -> str:
    """The plan of every inquiry of the request, with each source's verdict, as text."""
    caller = await preparation.caller(request)
    document = preparation.document(request)
    return "\n\n".join(map(_explained, preparation.prepare(document, request, caller)))


def _explained(prepared: PreparedQuestion) -> str:
    lines = [str(prepared.plan), "policy:"]
    for name, verdict in prepared.verdicts.items():
        given = ", ".join(sorted(verdict.permitted)) or "nothing: it will not be asked"
        lines.append(f"  {name} gives {given}")
        if verdict.silent:
            lines.append(f"    silently keeps back {', '.join(sorted(verdict.silent))}")
        lines += [f"    keeps back {w.release_class}: {w.message}" for w in verdict.withheld]
    return "\n".join(lines)
