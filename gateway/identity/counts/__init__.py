"""What all gateways count together, in a Valkey. May use the counters of identity."""
