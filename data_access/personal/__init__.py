"""Finding one person in everything Rounds keeps, and taking them out."""
