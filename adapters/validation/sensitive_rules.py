"""A source that speaks of sensitive services alone is itself sensitive, and has to say so."""

from collections.abc import Iterator
from typing import Final

from adapters.manifest.manifest import Manifest
from adapters.manifest.rule_fault import RuleFault
from adapters.validation.constant_marks import always_says

_WHY: Final = (
    "every involvement of this source is sensitive, so its own row would show the kind of"
    " service. Set sensitive = true in [source]"
)


def sensitive_faults(manifest: Manifest) -> Iterator[RuleFault]:
    """The fault of a source that is not `sensitive` although all that it can say is.

    All is what every [[operation.involvement]] says whatever the reply: by a constant, by a code
    table that gives true for each code, or by an expression that looks at nothing.
    """
    if manifest.source.sensitive:
        return
    marks = {
        ("operation", number, "involvement", index, "sensitive"): section.sensitive
        for number, operation in enumerate(manifest.operation)
        for index, section in enumerate(operation.involvement)
    }
    always = [always_says(manifest, value, said=True) for value in marks.values()]
    if always and all(always):
        yield RuleFault(next(iter(marks)), _WHY)
