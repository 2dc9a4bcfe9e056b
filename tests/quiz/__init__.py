"""The room of questions: predictions, the bank, grading, closing questions."""
