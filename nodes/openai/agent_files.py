"""Files on their way into an agent's environment: kept by the service first, then given a path there."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from .api_errors import Problem
from .polls import id_of, known
from .request import insist

if TYPE_CHECKING:
    from .call import Call

PURPOSE = "user_data"
WORKSPACE = PurePosixPath("/workspace")


async def prepare_files(call: Call, payload: Any) -> list[dict[str, str]]:
    """Keep files for an environment yet to be made; `files` names a local path for each path there."""
    return await prepared(call, needed(call, payload)["files"])


async def prepare_directory(call: Call, payload: Any) -> list[dict[str, str]]:
    """Keep the files of a folder that fit the patterns, under the same names below `destination`."""
    fields = needed(call, payload)
    root, target = Path(fields["root"]), PurePosixPath(fields["destination"])
    found = await asyncio.to_thread(selected, root, fields["include"])
    return await prepared(
        call, {str(target / path.relative_to(root).as_posix()): str(path) for path in found}
    )


async def upload_environment_file(call: Call, payload: Any) -> Any:
    """Keep a file and put it into an environment that runs; the payload is the file there."""
    fields = needed(call, payload)
    checked(fields["path"])
    kept = await call.answer(known("createFile"), {"file": fields["file"], "purpose": PURPOSE})
    placed = {"type": "file_id", "file_id": id_of(kept), "path": fields["path"]}
    here = {"environment_id": fields["environment_id"]}
    return await call.answer(known("beta.agents.environments.files.create"), here | placed)


def needed(call: Call, payload: Any) -> dict[str, Any]:
    """The fields of a payload that has all that the method cannot do without."""
    fields = call.fields(payload)
    insist(call.method, fields)
    return fields


async def prepared(call: Call, files: dict[str, Any]) -> list[dict[str, str]]:
    """Keep files one after the other; what is returned fits `files` of an environment or a template."""
    for path in files:
        checked(path)
    entries = []
    for path, file in files.items():
        kept = await call.answer(known("createFile"), {"file": file, "purpose": PURPOSE})
        entries.append({"type": "file_id", "file_id": id_of(kept), "path": path})
    return entries


def selected(root: Path, patterns: Iterable[str]) -> list[Path]:
    """The files below a folder that fit one of the patterns. Links are left out: they could lead elsewhere."""
    found = dict.fromkeys(path for pattern in patterns for path in sorted(root.glob(pattern)))
    inside = root.resolve()
    return [path for path in found if path.is_file() and path.resolve() == inside / path.relative_to(root)]


def checked(path: str) -> None:
    """Raise Problem for a path that an environment would not take."""
    pure = PurePosixPath(path)
    if ".." in pure.parts or pure == WORKSPACE or not pure.is_relative_to(WORKSPACE):
        raise Problem("environment_path", path=path)
