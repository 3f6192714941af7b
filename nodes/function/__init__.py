"""Nodes that change messages, decide about them, hold them back."""
