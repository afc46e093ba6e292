"""How well the matcher matches: on two labelled data sets, a made-up world, and the demo."""
