"""How many machines a country takes: arithmetic over figures that the same run measured."""
