"""Nodes for every flow: starting one, seeing into it, errors, statuses, links."""
