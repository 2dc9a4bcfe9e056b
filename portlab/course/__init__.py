"""The course: where its lessons are, the learner's own copy of them, and the page they open in."""
