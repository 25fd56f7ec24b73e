"""The churn model: who leaves at the next decision, how surely that is known, and why.

`observations` says what to learn from, `evidence` and `features` what was known then, `training` makes a
`model.Model`, `scoring.predict` uses it, `evaluation` and `verdict` say how far to trust it, `succession`
whether it replaces the one before.
"""
