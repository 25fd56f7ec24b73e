"""Did the calls help? Who is held out by lot, what became of everybody, and what that tells."""
