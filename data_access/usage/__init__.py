"""Raw usage events: where they are kept, how they get there, and what is asked of them."""
