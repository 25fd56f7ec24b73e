"""Happy paths: how successful customers got there, learned from decisions that are known.

`cases.cases` makes the decisions to learn from, `discovery.discover` finds the paths in them, and
`assignment.assign` places every account on one; what they take and give is in `frames`.
"""
