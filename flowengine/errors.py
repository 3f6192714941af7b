"""Every kind of error that the engine raises.

FlowError
 ├─ FlowFileError       the flow file or a part of it cannot be read
 ├─ NodeConfigError     a property of a node is wrong; carries node id and field
 ├─ NodeTypeError       a node type is declared twice or not well
 ├─ PropertyPathError   ``payload.a[0`` is not a path, or leads through nothing
 ├─ ExpressionError     a JSONata expression is not well-formed, or failed
 ├─ CredentialsError    the credentials cannot be decrypted
 ├─ SettingsError       a setting is wrong
 ├─ InstallError        a package of nodes could not be installed or removed
 └─ NodeError           a node's own error, worded as the flow author shall read it
"""

from __future__ import annotations

import traceback
from typing import Any


class FlowError(Exception):
    """Base of all; ``str(error)`` is the sentence for the flow author.

    ``name`` is the JavaScript class the error stands for. Where it is set, catch nodes and the log
    read ``name: message``, as they do where Node-RED passes an Error object; where it is None they
    read the message alone.
    """

    name: str | None = None
    code: str | int | None = None
    cause: Any = None
    logged: str = ""
    """What the log says instead, where it should say more than flows get (what to do), or less (no secrets)."""

    def __init__(self, message: str = "", *, code: str | int | None = None, cause: Any = None) -> None:
        super().__init__(message)
        if code is not None:
            self.code = code
        if cause is not None:
            self.cause = cause

    @property
    def message(self) -> str:
        """The sentence without the name of the class."""
        return str(self.args[0]) if self.args else ""


class FlowFileError(FlowError):
    """The flow file, or a part of it, cannot be read."""


class NodeConfigError(FlowError):
    """A property of a node is wrong."""

    def __init__(self, message: str, *, node_id: str = "", field: str = "") -> None:
        super().__init__(message)
        self.node_id = node_id
        self.field = field


class NodeTypeError(FlowError):
    """A node type is declared twice, or its class is not well-formed."""


class PropertyPathError(FlowError):
    """A property path is not well-formed, or leads through undefined or null."""

    name = "Error"
    code: str | int | None = "INVALID_EXPR"


class ExpressionError(FlowError):
    """A JSONata expression is not well-formed, or failed.

    ``details`` is the object that JSONata throws: code, position, token, value and message.
    """

    details: dict[str, Any] | None = None


class CredentialsError(FlowError):
    """The credentials cannot be decrypted with the given secret."""


class SettingsError(FlowError):
    """A setting is wrong or cannot be read."""


class InstallError(FlowError):
    """A package of nodes could not be installed or removed. ``code`` is that of Node-RED's API where it has one."""


class NodeError(FlowError):
    """A node's own error.

    ``error_object=True`` (or a ``name``) where Node-RED passes an Error and so reports ``Error: text``.
    """

    def __init__(
        self,
        message: str = "",
        *,
        name: str | None = None,
        error_object: bool = False,
        code: str | int | None = None,
        cause: Any = None,
        logged: str = "",
    ) -> None:
        super().__init__(message, code=code, cause=cause)
        if logged:
            self.logged = logged
        if error_object:
            self.name = "Error"
        if name is not None:
            self.name = name


def error_text(error: object) -> str:
    """Word an error as JavaScript's ``String(error)`` would: ``Error: text`` for an error object."""
    if not isinstance(error, BaseException):
        return str(error)
    if isinstance(error, FlowError):
        return ": ".join(part for part in (error.name, str(error)) if part)
    name = getattr(error, "name", None) or error.__class__.__name__
    text = str(error)
    return f"{name}: {text}" if text else str(name)


def error_stack(error: BaseException) -> str | None:
    """Return where a Python exception came from; a node's own error has no stack worth showing."""
    stack = getattr(error, "stack", None)
    if isinstance(stack, str):
        return stack
    if isinstance(error, FlowError) and error.name is None:
        return None
    return "".join(traceback.format_exception(error)).rstrip()
