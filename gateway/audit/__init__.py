"""Who asked what and why, about which child: durable before anything leaves, never a value."""
