"""What one question's answers teach its other sources, and what is logged of passing it on."""

from collections.abc import Mapping
from dataclasses import dataclass

from gateway.audit.recorder.intent import Intent
from gateway.audit.recorder.recorder import Recorder
from gateway.fanout.source_answer import Keys
from gateway.fanout.sources import RegisteredSource
from gateway.model.inquiry import Known
from gateway.questions.onward import by_agency, disputed, once_cleared
from gateway.questions.order import SourceAnswers
from gateway.questions.plan import kept_back
from gateway.questions.shield.state import ShieldState


@dataclass(frozen=True, slots=True)
class Teaching:
    """`known` is what the caller told; `sources` are all that the question concerns, by id."""

    shield: ShieldState
    sources: Mapping[str, RegisteredSource]
    known: Known
    intent: Intent
    recorder: Recorder

    def lessons(self, answers: SourceAnswers) -> Mapping[str, Keys]:
        """What each source may be asked with besides the caller's own details."""
        return self.shield.lessons(answers, self.sources)

    def disputed(self, answers: SourceAnswers, source: str) -> tuple[Keys, ...]:
        """Further numbers to ask a source by, where agencies disagree on one."""
        if self.sources[source].by_each_number:
            return ()  # it is asked by each number anyhow
        return disputed(self.shield.teaching(answers), self.sources)

    def once_cleared(self, answers: SourceAnswers) -> Mapping[str, Keys]:
        """What of the caller's details may be sent only now."""
        found = self.shield.everybody.of(answers)
        return once_cleared(found, kept_back(self.known), self.sources)

    async def pass_on(self, learned: Mapping[str, frozenset[str]]) -> None:
        """Log the names of the keys that sources are asked with; TryLater if that cannot be."""
        await self.recorder.pass_on(self.intent, by_agency(learned, self.sources))
