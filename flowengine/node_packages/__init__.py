"""Packages that bring node types: what is installed, and how more are added to a user folder.

Importing this reads no package and loads nothing that installs.
"""

from .reading import (
    CORE,
    FOLDER,
    GROUP,
    RECORD,
    NodeModule,
    NodePackage,
    canonical,
    module_name,
    packages_in_order,
    read_record,
)

__all__ = [
    "CORE",
    "FOLDER",
    "GROUP",
    "RECORD",
    "NodeModule",
    "NodePackage",
    "canonical",
    "module_name",
    "packages_in_order",
    "read_record",
]
