"""Nodes that turn text into values and back."""
