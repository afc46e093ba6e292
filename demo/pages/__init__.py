"""The web pages of the demo, and a sign-in service where you choose who you are."""
