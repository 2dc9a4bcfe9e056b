"""Scripts of segments: one folder for each state and each theme, and the tests of the room."""
