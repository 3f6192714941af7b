"""``flowengine users``: who may use the editor and its API, and tokens for machines."""

from __future__ import annotations

import argparse
import re
import sys
from datetime import UTC, datetime
from getpass import getpass
from typing import TYPE_CHECKING, Any

from ..errors import FlowError
from .user_folder import declare_actions, folder_of

if TYPE_CHECKING:
    from ..admin.users import UserFile

SCOPES = "permissions separated by commas: *, read, write, flows.read, flows.write, ..."
MOST_DAYS = 36_500
_PERMISSION = re.compile(r"\*|(?:[A-Za-z][\w-]*\.|\*\.)?(?:read|write)", re.ASCII)


def declare(parser: argparse.ArgumentParser) -> None:
    """Declare the actions and their options."""
    for name, action in declare_actions(parser, _ACTIONS).items():
        if name in ("add", "change", "remove", "token"):
            action.add_argument("name", help="name of the user")
        if name in ("add", "change"):
            action.add_argument("--permissions", help=SCOPES)
        if name in ("add", "change", "hash"):
            action.add_argument(
                "--password-stdin", action="store_true", help="read the password from standard input"
            )
        if name == "token":
            action.add_argument(
                "--for", dest="purpose", required=True, help="name of the token, to revoke it by"
            )
            action.add_argument("--scope", default="*", help=SCOPES)
            action.add_argument(
                "--days", type=float, help="days that it is good for (default: until revoked)"
            )
        if name == "revoke":
            action.add_argument("purpose", help="name of the token")


_ACTIONS = {
    "add": "add a user",
    "change": "give a user another password or other permissions",
    "remove": "remove a user and the user's tokens",
    "list": "list users and tokens",
    "hash": "print the hash of a password, for the settings",
    "token": "make a token for a machine; it is shown once",
    "revoke": "make a token worthless",
}


def main(options: argparse.Namespace) -> int:
    """Do what was asked."""
    from ..admin.users import UserFile

    if options.action == "hash":
        from ..admin.passwords import hash_password

        print(hash_password(_password(options)))
        return 0
    folder = folder_of(options)
    if options.action in ("add", "token"):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    {"add": _add, "change": _change, "remove": _remove, "list": _list, "token": _token, "revoke": _revoke}[
        options.action
    ](UserFile(folder), options)
    return 0


def _add(file: UserFile, options: argparse.Namespace) -> None:
    if not options.name.strip():
        raise FlowError("a user has a name: flowengine users add NAME")
    if options.name in file.read()["users"]:
        raise FlowError(f'there is a user "{options.name}" already; use change')
    permissions = _permissions(options.permissions)
    file.put_user(options.name, _password(options), permissions)
    print(f'added "{options.name}"; whoever opens the editor has to log in now')


def _change(file: UserFile, options: argparse.Namespace) -> None:
    if options.name not in file.read()["users"]:
        raise _unknown(options.name)
    wants_password, permissions = (
        options.password_stdin or options.permissions is None,
        _permissions(options.permissions),
    )
    file.put_user(options.name, _password(options) if wants_password else None, permissions)


def _remove(file: UserFile, options: argparse.Namespace) -> None:
    file.remove_user(options.name)


def _list(file: UserFile, options: argparse.Namespace) -> None:
    values = file.read()
    for name, user in values["users"].items():
        print(f"user   {name:<20} {_shown(user['permissions'])}")
    for token in values["tokens"].values():
        end = (
            "until revoked"
            if token["expires"] is None
            else f"until {datetime.fromtimestamp(token['expires'], UTC):%Y-%m-%d}"
        )
        print(f"token  {token['name']:<20} as {token['user']}, {_shown(token['scope'])}, {end}")


def _token(file: UserFile, options: argparse.Namespace) -> None:
    if options.name not in file.read()["users"]:
        raise _unknown(options.name)
    if options.days is not None and not 0 < options.days <= MOST_DAYS:
        raise FlowError(f"--days is more than 0 and {MOST_DAYS} at most")
    print(file.add_token(options.name, options.purpose, _permissions(options.scope), options.days))


def _revoke(file: UserFile, options: argparse.Namespace) -> None:
    file.remove_token(options.purpose)


def _permissions(text: str | None) -> Any:
    """Read a list of permissions. Raises FlowError for what is none: nobody is to get more, or less, by a slip."""
    if text is None:
        return None
    parts = [part.strip() for part in text.split(",")]
    if wrong := [part for part in parts if not _PERMISSION.fullmatch(part)]:
        raise FlowError(f'"{wrong[0]}" is no permission; use {SCOPES}')
    return parts[0] if len(parts) == 1 else parts


def _unknown(name: str) -> FlowError:
    return FlowError(
        f'"{name}" is no user that `flowengine users add` has made; those of the settings are changed there'
    )


def _shown(permissions: Any) -> str:
    return permissions if isinstance(permissions, str) else ", ".join(permissions)


def _password(options: argparse.Namespace) -> str:
    """Ask for a password twice, or read it. Raises FlowError where it is too short."""
    from ..admin.passwords import SHORTEST

    if options.password_stdin:
        password = sys.stdin.readline().rstrip("\r\n")
    else:
        try:
            password, again = getpass("Password: "), getpass("Again: ")
        except EOFError:
            raise FlowError("nobody is there to type a password; give it with --password-stdin") from None
        if again != password:
            raise FlowError("the two are not the same")
    if len(password) < SHORTEST:
        raise FlowError(f"a password has {SHORTEST} characters at least")
    return password
