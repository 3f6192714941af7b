"""Fine-tuning jobs, their checkpoints and graders."""

from typing import Any, Literal

from ..record import AFTER, LIMIT, Family, delete, get, optional, post, required
from .fields import METADATA
from .shapes import Hyperparameters, Json

GRADER = required(
    "grader",
    Json,
    example={
        "type": "string_check",
        "name": "exact",
        "input": "{{sample.output_text}}",
        "reference": "{{item.answer}}",
        "operation": "eq",
    },
)
FULL_ORDER = optional("order", Literal["ascending", "descending"])

FAMILY = Family(
    "fine-tuning",
    icon="🎛",
    methods=(
        post(
            "createFineTuningJob",
            "/fine_tuning/jobs",
            required("model", example="gpt-4o-mini"),
            required("training_file", example="file_123"),
            optional("hyperparameters", Hyperparameters),
            optional("integrations", list[Json]),
            METADATA,
            optional("method", Json),
            optional("seed", int),
            optional("suffix"),
            optional("validation_file"),
            sdk="fine_tuning.jobs.create",
        ),
        get(
            "listPaginatedFineTuningJobs",
            "/fine_tuning/jobs",
            AFTER,
            LIMIT,
            METADATA,
            sdk="fine_tuning.jobs.list",
            page="CursorPage",
        ),
        get(
            "retrieveFineTuningJob", "/fine_tuning/jobs/{fine_tuning_job_id}", sdk="fine_tuning.jobs.retrieve"
        ),
        get(
            "listFineTuningEvents",
            "/fine_tuning/jobs/{fine_tuning_job_id}/events",
            AFTER,
            LIMIT,
            sdk="fine_tuning.jobs.list_events",
            page="CursorPage",
        ),
        get(
            "listFineTuningCheckpoints",
            "/fine_tuning/jobs/{fine_tuning_job_id}/checkpoints",
            AFTER,
            LIMIT,
            sdk="fine_tuning.jobs.checkpoints.list",
            page="CursorPage",
        ),
        post(
            "cancelFineTuningJob",
            "/fine_tuning/jobs/{fine_tuning_job_id}/cancel",
            sdk="fine_tuning.jobs.cancel",
        ),
        post(
            "fine_tuning.alpha.graders.run",
            "/fine_tuning/alpha/graders/run",
            GRADER,
            required("model_sample", example="Paris"),
            optional("item", Any),
            example={"item": {"answer": "Paris"}},
        ),
        post("fine_tuning.alpha.graders.validate", "/fine_tuning/alpha/graders/validate", GRADER),
        post(
            "fine_tuning.checkpoints.permissions.create",
            "/fine_tuning/checkpoints/{fine_tuned_model_checkpoint}/permissions",
            required("project_ids", list[str], example=["proj_123"]),
            page="Page",
        ),
        delete(
            "fine_tuning.checkpoints.permissions.delete",
            "/fine_tuning/checkpoints/{fine_tuned_model_checkpoint}/permissions/{permission_id}",
        ),
        get(
            "fine_tuning.checkpoints.permissions.list",
            "/fine_tuning/checkpoints/{fine_tuned_model_checkpoint}/permissions",
            AFTER,
            LIMIT,
            FULL_ORDER,
            optional("project_id"),
            page="ConversationCursorPage",
        ),
        get(
            "fine_tuning.checkpoints.permissions.retrieve",
            "/fine_tuning/checkpoints/{fine_tuned_model_checkpoint}/permissions",
            AFTER,
            LIMIT,
            FULL_ORDER,
            optional("project_id"),
        ),
        post("fine_tuning.jobs.pause", "/fine_tuning/jobs/{fine_tuning_job_id}/pause"),
        post("fine_tuning.jobs.resume", "/fine_tuning/jobs/{fine_tuning_job_id}/resume"),
    ),
)
