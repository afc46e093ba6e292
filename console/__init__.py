"""Web pages for people who have no GraphQL client; it asks the gateway as any client does."""
