"""What an answer over HTTP may take, as it is sent and as it is unpacked. Uses no other room."""
