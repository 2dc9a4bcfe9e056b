"""The tests, laid out as `portlab/` is, and what they share."""
