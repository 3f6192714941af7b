"""Skills: bundles of instructions and files for a model."""

from ..record import PAGE, Family, delete, file, get, optional, post, required
from .fields import BINARY

FILES = file("files", list[str], required=False)

FAMILY = Family(
    "skills",
    icon="🎓",
    methods=(
        post(
            "createSkill",
            "/skills",
            FILES,
            sdk="skills.create",
            empty_body=True,
            example={"files": ["SKILL.md"]},
        ),
        get("getSkill", "/skills/{skill_id}", sdk="skills.retrieve"),
        post(
            "modifySkill", "/skills/{skill_id}", required("default_version", example="2"), sdk="skills.update"
        ),
        delete("deleteSkill", "/skills/{skill_id}", sdk="skills.delete"),
        get("listSkills", "/skills", *PAGE, sdk="skills.list", page="CursorPage"),
        get(
            "getSkillContent",
            "/skills/{skill_id}/content",
            sdk="skills.content.retrieve",
            answer="bytes",
            headers=BINARY,
        ),
        post(
            "createSkillVersion",
            "/skills/{skill_id}/versions",
            optional("default", bool),
            FILES,
            sdk="skills.versions.create",
            example={"files": ["SKILL.md"], "default": True},
        ),
        get("getSkillVersion", "/skills/{skill_id}/versions/{version}", sdk="skills.versions.retrieve"),
        get(
            "listSkillVersions",
            "/skills/{skill_id}/versions",
            *PAGE,
            sdk="skills.versions.list",
            page="CursorPage",
        ),
        delete("deleteSkillVersion", "/skills/{skill_id}/versions/{version}", sdk="skills.versions.delete"),
        get(
            "getSkillVersionContent",
            "/skills/{skill_id}/versions/{version}/content",
            sdk="skills.versions.content.retrieve",
            answer="bytes",
            headers=BINARY,
        ),
    ),
)
