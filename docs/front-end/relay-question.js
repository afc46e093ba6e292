import { graphql } from "relay-runtime";

export const question = graphql`
  query TeamAroundChildQuery($known: KnownDetails!, $reason: AccessReason!, $scope: Scope) {
    child(known: $known, reason: $reason, scope: $scope) {
      receipt { queryId }
      asked { agency { id name } }
      ...TeamAroundChildFirst @defer(label: "first")
      answers @stream(initialCount: 0, label: "rows") {
        agency { id name }
        outcome
        answered
        detail
        ring { name telephone }
        involvements { role practitioner { name telephone } }
      }
      ...TeamAroundChildRest @defer(label: "rest")
    }
  }
`;

export const first = graphql`
  fragment TeamAroundChildFirst on ChildAnswer { restriction }
`;

export const rest = graphql`
  fragment TeamAroundChildRest on ChildAnswer {
    child { names { given family } birthDate { value } }
    unresolved { grade agency { name } }
    completeness { complete inScope answered notConnected }
  }
`;
