"""What an answer says in words: whole sentences, and who to ring. Uses no other room of it."""
