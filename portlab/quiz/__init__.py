"""The room of the questions: what is asked, how it is graded, what is kept of the answers.

A question is plain data (`question`), read from a file (`bank`) or made from the catalogue or a
trace (`generated`). A `session` asks some of them; `grading` says what an answer is worth, and only
Python knows the key until it is given for good. `progress` keeps the answers; `review` and
`mastery` are computed from them. `prediction` asks before a run what only the run will answer.
`lint` finds what is wrong with questions, `exports` writes them for other programs.
"""
