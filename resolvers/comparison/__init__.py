"""Two values of one detail compared: names, dates, addresses. May use adapters alone."""
