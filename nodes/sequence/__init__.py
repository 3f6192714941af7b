"""Nodes that take messages apart, put them together and order them."""
