"""JavaScript's ``undefined`` as a Python value."""

from __future__ import annotations

from typing import Final


class Undefined:
    """The one value of this class is ``UNDEFINED``: falsy, and equal only to itself."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "undefined"

    def __bool__(self) -> bool:
        return False

    def __copy__(self) -> Undefined:
        return self

    def __deepcopy__(self, memo: object) -> Undefined:
        return self


UNDEFINED: Final = Undefined()
"""What a missing key gives. It is never stored inside a message."""
