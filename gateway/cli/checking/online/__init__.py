"""What a gateway would find of its services and its machine now. May use checking."""
