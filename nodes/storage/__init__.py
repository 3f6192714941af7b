"""Nodes for files."""
