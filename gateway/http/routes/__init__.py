"""Which paths a gateway answers, and what every response has. May use the rest of http."""
