"""Where the data folders are in this installation: beside the package in a checkout, inside it in a wheel."""

from pathlib import Path

import flowengine


def folder(name: str) -> Path:
    """Give a folder such as "nodes", "locales" or "editor"; FileNotFoundError where there is none."""
    for parent in flowengine.__path__:
        if (found := Path(parent) / name).is_dir():
            return found
    raise FileNotFoundError(f'flowengine has no folder "{name}" in {", ".join(flowengine.__path__)}')


def built_editor() -> Path | None:
    """Give the folder of the editor's built page, None where this installation has no editor."""
    try:
        built = folder("_editor")
    except FileNotFoundError:
        return None
    return built if (built / "index.html").is_file() else None
