"""Questions: predictions locked in before a run, closing questions graded after it.

A question is plain data (`question`), read from a file (`bank`) or one day generated; `grading`
says what an answer is worth, and only Python knows the key until an answer is given. `exports`
writes questions for other programs.
"""
