"""Skills and their versions; a version's content is a ZIP of the files that were sent."""

from __future__ import annotations

import io
import zipfile

from . import texts
from .calls import Answer, Call, Content, Upload, route
from .resources import Collection
from .state import Json

PATH = "/skills"


def _zip(files: list[Upload]) -> bytes:
    if len(files) == 1 and zipfile.is_zipfile(io.BytesIO(files[0].content)):
        return files[0].content
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for file in files:
            # A date of our own: the same files make the same bytes.
            archive.writestr(zipfile.ZipInfo(file.filename), file.content)
    return out.getvalue()


def _files(call: Call) -> list[Upload]:
    given = call.body.get("files")
    return [file for file in (given if isinstance(given, list) else [given]) if isinstance(file, Upload)]


def _words(files: list[Upload]) -> Json:
    name = files[0].filename.split("/")[0] if files else "skill"
    return {"name": name, "description": f"{texts.MARK} skill of {len(files)} files"}


class Skills(Collection):
    """A new skill is its own version 1."""

    def create(self, call: Call) -> Json:
        """Make a skill."""
        skill = super().create(call)
        skill |= {"default_version": "1", "latest_version": "1", **_words(_files(call))}
        _add_version(call, skill, "1")
        return skill


class Versions(Collection):
    """The versions of a skill."""

    def create(self, call: Call) -> Json:
        """Add a version."""
        skill = call.state.get(PATH, call.path.split("/")[2])
        number = str(int(skill["latest_version"]) + 1)
        skill["latest_version"] = number
        if call.body.get("default") in (True, "true"):
            skill["default_version"] = number
        return _add_version(call, skill, number)

    def delete(self, call: Call) -> Json:
        """Remove a version."""
        number = call.path.rpartition("/")[2]
        call.state.remove(call.collection, number)
        return {"id": number, "object": "skill.version.deleted", "deleted": True, "version": number}


def _add_version(call: Call, skill: Json, number: str) -> Json:
    # The path names a version by its number, so that is what it is kept under.
    version = {
        "id": number,
        "object": "skill.version",
        "created_at": call.state.now(),
        "skill_id": skill["id"],
    }
    version |= {"version": number, **_words(_files(call))}
    call.state.contents[f"{skill['id']}/{number}"] = _zip(_files(call))
    return call.state.add(f"{PATH}/{skill['id']}/versions", version)


Skills(PATH, "skill", "skill_").install()
Versions(f"{PATH}/{{skill_id}}/versions", "skill.version", "version", "create list get delete").install()


@route("GET", f"{PATH}/{{skill_id}}/content")
def content(call: Call) -> Answer:
    """Give the files of the default version."""
    skill = call.state.get(PATH, call.ids["skill_id"])
    return Content(call.state.contents[f"{skill['id']}/{skill['default_version']}"], "application/zip")


@route("GET", f"{PATH}/{{skill_id}}/versions/{{version}}/content")
def version_content(call: Call) -> Answer:
    """Give the files of a version."""
    call.state.get(f"{PATH}/{call.ids['skill_id']}/versions", call.ids["version"])
    return Content(call.state.contents[f"{call.ids['skill_id']}/{call.ids['version']}"], "application/zip")
