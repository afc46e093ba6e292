import { graphql } from "relay-runtime";

export const question = graphql`
  query TeamAroundChildQuery($known: KnownDetails!, $reason: AccessReason!, $scope: Scope) {
    child(known: $known, reason: $reason, scope: $scope) {
      receipt { queryId }
      answers @stream(initialCount: 0, label: "rows") {
        agency { id name dutyContact { telephone } }
        outcome
        answered
        detail
        involvements { role practitioner { name telephone } }
      }
      ...TeamAroundChildRest @defer(label: "rest")
    }
  }
`;

export const rest = graphql`
  fragment TeamAroundChildRest on ChildAnswer {
    child { restriction names { given family } birthDate { value } }
    unresolved { grade agency { name } }
    completeness { complete inScope answered notConnected }
  }
`;
