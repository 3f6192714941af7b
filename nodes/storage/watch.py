"""The watch node: a message for every change below folders and files."""

from __future__ import annotations

import json
import stat
from pathlib import Path
from typing import Annotated, Any, ClassVar

from pydantic import field_validator

from flowengine.fields import checkbox, line, required
from flowengine.javascript_values import js_string
from flowengine.messages import Msg
from flowengine.node import Node, NodeConfig

_KINDS = (
    (stat.S_ISREG, "file"),
    (stat.S_ISBLK, "blockdevice"),
    (stat.S_ISCHR, "characterdevice"),
    (stat.S_ISSOCK, "socket"),
    (stat.S_ISFIFO, "fifo"),
    (stat.S_ISDIR, "directory"),
)
PAUSE_MS = 200
"""Changes of one file within this time are one message."""


class Watch(Node):
    """Watches ``files``, names separated by commas."""

    type = "watch"
    category = "storage"
    color = "#DEB887"
    icon = "watch"
    inputs: ClassVar[int] = 0
    copy_on_write = True
    label = ("{name}", "{files}")

    class Config(NodeConfig):
        files: Annotated[str, line(placeholder="/var/log, data.csv"), required()] = ""
        recursive: Annotated[bool | str, checkbox()] = False

        @field_validator("files", mode="before")
        @classmethod
        def _text(cls, value: Any) -> Any:
            return "" if value is None else js_string(value)

    def on_start(self) -> None:
        self._names = [name.strip() for name in self.config.files.split(",")]
        self._topic = (
            self._names[0] if len(self._names) == 1 else json.dumps(self._names, separators=(",", ":"))
        )
        wanted = [name for name in self._names if name]
        missing = [name for name in wanted if not Path(name).exists()]
        for name in missing:
            self.error(self.words("errors.not_there", name=name), Msg(payload=""))
        if found := [name for name in wanted if name not in missing]:
            self.spawn(self._watch(found), endless=True)

    async def _watch(self, names: list[str]) -> None:
        from watchfiles import Change, awatch

        events = {Change.added: "update", Change.modified: "update", Change.deleted: "remove"}
        recursive = bool(self.config.recursive)
        files, folders = _sorted(names)
        # A file may be replaced by another: watching its folder sees that.
        watched = {*folders, *(str(Path(file).parent) for file in files)}
        async for changes in awatch(
            *watched, recursive=recursive, step=PAUSE_MS // 4, debounce=PAUSE_MS, watch_filter=None
        ):
            for change, path in sorted(changes, key=lambda item: item[1]):
                shown = self._shown(path, files, folders)
                if shown is not None:
                    self._tell(shown, events[change])

    def _shown(self, path: str, files: dict[str, str], folders: dict[str, str]) -> str | None:
        """Return the name of a changed file as the flow author wrote it, None where nobody asked for it."""
        found = str(Path(path).resolve())
        if found in files:
            return files[found]
        for folder, name in folders.items():
            if found.startswith(folder + "/"):
                return str(Path(name) / found[len(folder) + 1 :])
        return None

    def _tell(self, path: str, event: str) -> None:
        msg = Msg(
            payload=path, topic=self._topic, file=Path(path).name, filename=path, event=event, type="none"
        )
        try:
            found = Path(path).stat()
        except OSError:
            self.send(msg)
            return
        msg["type"] = next((name for is_kind, name in _KINDS if is_kind(found.st_mode)), "n/a")
        if msg["type"] == "file":
            msg["size"] = found.st_size
        self.send(msg)


def _sorted(names: list[str]) -> tuple[dict[str, str], dict[str, str]]:
    """Sort names into files and folders, each by its full path."""
    files: dict[str, str] = {}
    folders: dict[str, str] = {}
    for name in names:
        (folders if Path(name).is_dir() else files)[str(Path(name).resolve())] = name
    return files, folders
