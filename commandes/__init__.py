"""All the orders of a site in one place: follow them, act on them, count them."""
