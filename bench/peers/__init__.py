"""What a question costs here and at other gateways, beside each other: `make bench-peers`."""
