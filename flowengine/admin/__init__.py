"""The HTTP side: Node-RED's Admin API, the editor's page, users, storage and what an operator wants to see."""
