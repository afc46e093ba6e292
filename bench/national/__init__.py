"""A country of councils asks: waves through real gateways, and by simulation at full rate."""
