"""What the caller could do, so that another question about the child finds more."""

from typing import Self

from gateway.graphql.types.declare import code_list, field, output
from resolvers.child_need import SENTENCES, ChildNeed, NeedCode

code_list(NeedCode, "What is asked of you about the child as a whole.", dict(SENTENCES))


@output
class ChildNeedType:
    """One thing that you could tell or check. It says nothing about any record."""

    code: NeedCode = field("What is asked, for a program.")
    sentence: str = field("The same in words.")
    details: list[str] = field("Names of the details that would help, or that you should check.")

    @classmethod
    def of(cls, need: ChildNeed) -> Self:
        """The need in words."""
        return cls(code=need.code, sentence=SENTENCES[need.code], details=list(need.details))
