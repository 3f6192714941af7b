"""HTTP as the engine serves it to nodes and the editor, and the session of those who ask others."""
