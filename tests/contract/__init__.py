"""One suite for every world: what `portlab.host` promises, kept by all of them."""
