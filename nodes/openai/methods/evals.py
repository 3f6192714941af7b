"""Evals: criteria, runs and their output items."""

from typing import Literal

from ..record import PAGE, Family, delete, get, optional, post, required
from .fields import METADATA
from .shapes import Json

FAMILY = Family(
    "evals",
    icon="🧪",
    methods=(
        post(
            "createEval",
            "/evals",
            required(
                "data_source_config",
                Json,
                example={
                    "type": "custom",
                    "item_schema": {"type": "object", "properties": {"question": {"type": "string"}}},
                },
            ),
            required(
                "testing_criteria",
                list[Json],
                example=[
                    {
                        "type": "string_check",
                        "name": "exact",
                        "input": "{{sample.output_text}}",
                        "reference": "{{item.answer}}",
                        "operation": "eq",
                    }
                ],
            ),
            METADATA,
            optional("name"),
            sdk="evals.create",
        ),
        get("getEval", "/evals/{eval_id}", sdk="evals.retrieve"),
        post(
            "modifyEval",
            "/evals/{eval_id}",
            METADATA,
            optional("name"),
            sdk="evals.update",
            example={"name": "Geography"},
        ),
        delete("deleteEval", "/evals/{eval_id}", sdk="evals.delete"),
        get(
            "listEvals",
            "/evals",
            optional("order_by", Literal["created_at", "updated_at"]),
            *PAGE,
            sdk="evals.list",
            page="CursorPage",
        ),
        post(
            "createEvalRun",
            "/evals/{eval_id}/runs",
            required(
                "data_source",
                Json,
                example={"type": "jsonl", "source": {"type": "file_id", "id": "file_123"}},
            ),
            METADATA,
            optional("name"),
            sdk="evals.runs.create",
        ),
        get("getEvalRun", "/evals/{eval_id}/runs/{run_id}", sdk="evals.runs.retrieve"),
        get(
            "listEvalRuns",
            "/evals/{eval_id}/runs",
            optional("status", Literal["queued", "in_progress", "completed", "canceled", "failed"]),
            *PAGE,
            sdk="evals.runs.list",
            page="CursorPage",
        ),
        delete("deleteEvalRun", "/evals/{eval_id}/runs/{run_id}", sdk="evals.runs.delete"),
        post("cancelEvalRun", "/evals/{eval_id}/runs/{run_id}/cancel", sdk="evals.runs.cancel"),
        get(
            "getEvalRunOutputItem",
            "/evals/{eval_id}/runs/{run_id}/output_items/{output_item_id}",
            sdk="evals.runs.output_items.retrieve",
        ),
        get(
            "listEvalRunOutputItems",
            "/evals/{eval_id}/runs/{run_id}/output_items",
            optional("status", Literal["fail", "pass"]),
            *PAGE,
            sdk="evals.runs.output_items.list",
            page="CursorPage",
        ),
    ),
)
