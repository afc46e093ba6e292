"""GraphQL over HTTP, and the wiring of every part. May use every room but cli."""
