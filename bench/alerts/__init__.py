"""How well alerts find misuse: a made-up year of questions with misuse planted in it."""
