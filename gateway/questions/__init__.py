"""The life of one question, from its plan to its answer. May use graphql, policy, audit, fanout."""
