"""Nodes that talk to other machines: HTTP, WebSocket, TCP, UDP, MQTT, and what they share."""
