"""What a request's variables say, and what is decided for its kind. May use plan alone."""
