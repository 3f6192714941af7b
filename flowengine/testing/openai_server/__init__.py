"""A simulator of the OpenAI API for tests and first steps: the API's shape, and no model behind it."""

from .server import OpenAISimulator

__all__ = ["OpenAISimulator"]
