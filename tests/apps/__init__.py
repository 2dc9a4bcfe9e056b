"""The apps: their sessions alone, and what the standard library's clients make of them."""
