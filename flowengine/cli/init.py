"""``flowengine init``: make a user folder."""

from __future__ import annotations

import argparse

from ..errors import FlowError
from .user_folder import add_option, folder_of, opened


def declare(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    add_option(parser)
    parser.add_argument("--force", action="store_true", help="write the settings anew where there are some")


def main(options: argparse.Namespace) -> int:
    """Write the settings and the secret that credentials are encrypted with."""
    from ..admin.settings_file import FILE
    from ..admin.settings_template import settings_template
    from ..atomic_files import write_atomic

    folder = folder_of(options)
    file = folder / FILE
    if file.exists() and not options.force:
        raise FlowError(f"{file} is there already; --force writes it anew")
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    write_atomic(file, settings_template().encode())
    with opened(folder):
        pass
    print(
        f"{file} holds all settings, switched off; change what you need, then: flowengine --user-dir {folder}"
    )
    return 0
