import { graphql } from "./gql";
import type { Outcome, TeamAroundChildQuery, TeamAroundChildQueryVariables } from "./gql/graphql";

export const QUESTION = graphql(`
  query TeamAroundChild($known: KnownDetails!, $reason: AccessReason!, $scope: Scope) {
    child(known: $known, reason: $reason, scope: $scope) {
      ... @defer { restriction }
      answers @stream { agency { id name } outcome answered asOf }
      ... @defer { child { birthDate { value } } completeness { complete } }
    }
  }
`);

export const asked: TeamAroundChildQueryVariables = {
  known: { nhsNumber: "999 660 4659", birthDate: "2015-03-09" },
  reason: { purpose: "SAFEGUARDING", justification: "Referral", caseReference: "NB-2026-0417" },
};

// What is deferred may not be there yet, and the type says so.
export function isComplete({ child }: TeamAroundChildQuery): boolean | undefined {
  return child?.completeness?.complete;
}

// Outcomes are added in later versions. One that you do not know is no answer, never "no record".
export function words(outcome: Outcome): string {
  switch (outcome) {
    case "HAS_RECORD":
      return "has a record";
    case "NO_RECORD":
      return "no record there";
    default:
      return "no answer";
  }
}
