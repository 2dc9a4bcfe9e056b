"""How the notebooks are held to what they say: static rules, strict nbval, refreshing."""
