"""The same story between the model and Linux in every pairing, and the list of differences.

`scenarios` are the stories, `traces` plays them and puts what was on the wire into words,
`differences` is the list, from which the table in docs/model-and-kernel.md is made.
"""
