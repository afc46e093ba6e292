// The question of these examples. Details of the child and the reason are variables, never text.
export const QUESTION = /* GraphQL */ `
  query TeamAroundChild($known: KnownDetails!, $reason: AccessReason!, $scope: Scope) {
    child(known: $known, reason: $reason, scope: $scope) {
      receipt { queryId }
      asked { agency { id name } }
      ... @defer { restriction }
      answers @stream {
        agency { id name }
        outcome
        answered
        detail
        ring { name telephone }
        involvements { role practitioner { name telephone } }
      }
      ... @defer {
        child { names { given family } birthDate { value } }
        unresolved { grade agency { name } }
        completeness { complete inScope answered notConnected }
      }
    }
  }
`;

// The same for clients that take the answer in one piece.
export const WHOLE = QUESTION.replace(/ @(stream|defer)/g, "");
