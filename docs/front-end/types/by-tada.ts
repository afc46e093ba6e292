import { initGraphQLTada, type ResultOf, type VariablesOf } from "gql.tada";
import type { introspection } from "./graphql-env";

interface Scalars {
  Date: string;
  DateTime: string;
  LogIndex: string;
  NhsNumber: string;
  PartialDate: string;
  Postcode: string;
  Upn: string;
}

const graphql = initGraphQLTada<{ introspection: introspection; scalars: Scalars }>();

export const QUESTION = graphql(`
  query TeamAroundChild($known: KnownDetails!, $reason: AccessReason!, $scope: Scope) {
    child(known: $known, reason: $reason, scope: $scope) {
      restriction
      answers { agency { id name } outcome answered asOf }
      child { birthDate { value } }
      completeness { complete }
    }
  }
`);

export const asked: VariablesOf<typeof QUESTION> = {
  known: { nhsNumber: "999 660 4659", birthDate: "2015-03-09" },
  reason: { purpose: "SAFEGUARDING", justification: "Referral", caseReference: "NB-2026-0417" },
};

export function born({ child }: ResultOf<typeof QUESTION>): string | null {
  return child?.child?.birthDate?.value ?? null;
}
