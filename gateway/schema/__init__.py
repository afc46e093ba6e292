"""The GraphQL schema: the gateway's frozen values, in the words that clients are promised."""
