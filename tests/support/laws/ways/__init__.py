"""Whatever way an answer goes inside the gateway, it says the same: worlds that try it."""
