"""How known and new orders meet: what to change is planned, then written in bulk."""
