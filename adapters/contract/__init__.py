"""What a source and the gateway promise each other: question, reply, record. Uses no other room."""
