"""Who asked what about whom and why: durable before anything leaves, and never a child's value."""
