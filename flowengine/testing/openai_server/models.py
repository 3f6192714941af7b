"""Models and fine-tuning, which learns nothing."""

from __future__ import annotations

from .calls import Answer, Call, route
from .resources import Collection
from .state import START, Json

MODELS = (
    "simulated-chat",
    "simulated-embedding",
    "simulated-image",
    "simulated-moderation",
    "simulated-speech",
)


def _model(name: str) -> Json:
    return {"id": name, "object": "model", "created": START, "owned_by": "simulator"}


@route("GET", "/models")
def models(_: Call) -> Answer:
    """List the names the simulator calls its own; it takes any."""
    return {"object": "list", "data": [_model(name) for name in MODELS]}


@route("GET", "/models/{model}")
def model(call: Call) -> Answer:
    """Describe a model of any name."""
    return _model(call.ids["model"])


@route("DELETE", "/models/{model}")
def delete_model(call: Call) -> Answer:
    """Say that a model is gone."""
    return {"id": call.ids["model"], "object": "model", "deleted": True}


JOBS = "/fine_tuning/jobs"


class Jobs(Collection):
    """Fine-tuning jobs, which learn nothing."""

    def create(self, call: Call) -> Json:
        """Start a job."""
        job = super().create(call)
        job["fine_tuned_model"] = f"ft:{job['model']}:simulated::{job['id']}"
        for message in ("Simulated job started", "Simulated job succeeded: nothing was learnt"):
            event: Json = {
                "id": call.state.new_id("ftevent-"),
                "object": "fine_tuning.job.event",
                "level": "info",
            }
            event |= {"message": message, "type": "message", "created_at": call.state.now(), "data": {}}
            call.state.add(f"{JOBS}/{job['id']}/events", event)
        checkpoint = {
            "id": call.state.new_id("ftckpt_"),
            "object": "fine_tuning.job.checkpoint",
            "step_number": 1,
        }
        checkpoint |= {
            "fine_tuning_job_id": job["id"],
            "created_at": call.state.now(),
            "metrics": {"step": 1.0},
        }
        checkpoint["fine_tuned_model_checkpoint"] = f"{job['fine_tuned_model']}:step-1"
        call.state.add(f"{JOBS}/{job['id']}/checkpoints", checkpoint)
        return job


JOB: Json = {
    "hyperparameters": {"n_epochs": "auto", "batch_size": "auto", "learning_rate_multiplier": "auto"},
    "organization_id": "org-simulated", "result_files": [], "seed": 0, "trained_tokens": 0,
    "finished_at": None, "error": None, "validation_file": None, "metadata": {},
}  # fmt: skip
Jobs(
    JOBS,
    "fine_tuning.job",
    "ftjob-",
    "create list get cancel",
    ("model", "training_file"),
    JOB,
    statuses=("validating_files", "running", "succeeded"),
).install()
Collection(f"{JOBS}/{{job_id}}/events", "fine_tuning.job.event", "ftevent-", "list").install()
Collection(f"{JOBS}/{{job_id}}/checkpoints", "fine_tuning.job.checkpoint", "ftckpt_", "list").install()


@route("POST", f"{JOBS}/{{job_id}}/pause")
def pause(call: Call) -> Answer:
    """Hold a job."""
    return call.state.stop(JOBS, call.ids["job_id"], "queued")


@route("POST", f"{JOBS}/{{job_id}}/resume")
def resume(call: Call) -> Answer:
    """Go on with a job, to its end."""
    return call.state.stop(JOBS, call.ids["job_id"], "succeeded")
