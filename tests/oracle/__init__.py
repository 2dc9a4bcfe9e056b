"""Oracles: things outside portlab that know the right answer."""
