"""A message-passing engine that runs Node-RED's flow files, made for work with language models."""

from pathlib import Path

__version__ = "0.1.0"

# A wheel carries nodes/, editor/, locales/ and examples/ inside this package, a checkout has them beside it.
# Either way they import as `flowengine.nodes` and are found by `flowengine.folders`.
if not (Path(__file__).parent / "nodes").is_dir():
    __path__.append(str(Path(__file__).parent.parent))
