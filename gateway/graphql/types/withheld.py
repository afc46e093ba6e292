"""What was openly kept back, and why."""

from collections.abc import Iterable
from typing import Self

from adapters.contract.codes import ReleaseClass
from gateway.graphql.types.declare import code_list, field, output
from resolvers.child import child as stitched
from resolvers.child.child import WithheldReason

code_list(
    ReleaseClass,
    "A kind of information that an agency gives or keeps back as a whole.",
    {
        ReleaseClass.IDENTITY: "Names, date of birth, sex and identifying numbers.",
        ReleaseClass.INVOLVEMENT: "Which service works with the child, and in which role.",
        ReleaseClass.CONTACT: "Telephone numbers and email addresses of workers and teams.",
        ReleaseClass.STATUS: "Statuses of support, such as a child protection plan.",
        ReleaseClass.LOCATION: "Addresses and anything else that says where the child is.",
        ReleaseClass.FAMILY: "Parents, carers and other related people.",
        ReleaseClass.EDUCATION: "Schools and dates of attendance.",
        ReleaseClass.HEALTH: "The GP practice and other health information.",
        ReleaseClass.SENSITIVE: "Services whose very kind is sensitive.",
        ReleaseClass.OTHER: "Anything else; the message says what.",
    },
)
code_list(
    WithheldReason,
    "Why something was kept back.",
    {
        WithheldReason.POLICY: "The agency does not give this to your organisation or role.",
        WithheldReason.PURPOSE: "The agency does not give this for the stated purpose.",
        WithheldReason.CONSENT: "The agency gives this only with consent, and it holds none.",
        WithheldReason.SHIELD: "The child is shielded: nothing that locates them is shown.",
        WithheldReason.SHIELD_UNKNOWN: "It is not known whether the child is shielded, so the"
        " same is kept back as for a shielded child.",
        WithheldReason.OTHER: "Another reason; the message says which.",
    },
)


@output
class WithheldType:
    """A kind of information that exists, or may exist, and is not shown.

    Say so to the reader: withheld is not the same as absent.
    """

    release_class: ReleaseClass = field("The kind of information that was kept back.")
    reason: WithheldReason = field("Why it was kept back.")
    message: str = field("A sentence to show: what was kept back and what the reader may do.")

    @classmethod
    def of(cls, withheld: stitched.Withheld) -> Self:
        """What the caller may read of it; the rule is for the log alone."""
        return cls(
            release_class=withheld.release_class,
            reason=withheld.reason,
            message=withheld.message,
        )

    @classmethod
    def each(cls, every: Iterable[stitched.Withheld]) -> list[Self]:
        """Each sentence once, whichever rules of an agency say so."""
        return [cls.of(withheld) for withheld in each_once(every)]


def each_once(every: Iterable[stitched.Withheld]) -> Iterable[stitched.Withheld]:
    """Those that say something else than the ones before, to a caller."""
    return {(w.release_class, w.reason, w.message): w for w in every}.values()
