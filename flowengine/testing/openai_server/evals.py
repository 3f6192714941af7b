"""Evals and their runs; every run judges one sample, and well."""

from __future__ import annotations

from . import texts
from .calls import Call
from .resources import Collection
from .state import Json

PATH = "/evals"


class Evals(Collection):
    """Evals."""

    def create(self, call: Call) -> Json:
        """Make an eval; its items get the schema that the API would make of it."""
        item = super().create(call)
        config = dict(item["data_source_config"])
        config.setdefault("schema", config.pop("item_schema", {"type": "object"}))
        config.pop("include_sample_schema", None)
        criteria = [{"id": f"criterion-{index}", **one} for index, one in enumerate(item["testing_criteria"])]
        item |= {"data_source_config": config, "testing_criteria": criteria}
        return item


class Runs(Collection):
    """Runs of an eval."""

    def create(self, call: Call) -> Json:
        """Start a run, and judge its one sample."""
        run = super().create(call)
        eval_id = call.path.split("/")[2]
        criteria = call.state.get(PATH, eval_id)["testing_criteria"]
        names = [str(one.get("name", one.get("id"))) for one in criteria]
        counts = {"total": 1, "passed": 1, "failed": 0, "errored": 0}
        results = [{"testing_criteria": name, "passed": 1, "failed": 0} for name in names]
        run |= {"eval_id": eval_id, "result_counts": counts, "per_testing_criteria_results": results}
        run |= {"report_url": "", "error": {"code": "", "message": ""}, "per_model_usage": []}
        call.state.add(f"{call.path}/{run['id']}/output_items", _output_item(call, run, names))
        return run


def _output_item(call: Call, run: Json, names: list[str]) -> Json:
    head = {
        "id": call.state.new_id("outputitem_"),
        "object": "eval.run.output_item",
        "created_at": call.state.now(),
    }
    place = {"eval_id": run["eval_id"], "run_id": run["id"], "datasource_item": {}, "datasource_item_id": 0}
    usage = {"cached_tokens": 0, "prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 3}
    sample = {
        "input": [{"role": "user", "content": "sample"}],
        "output": [{"role": "assistant", "content": texts.reply("sample")}],
        "error": {"code": "", "message": ""},
        "finish_reason": "stop",
        "model": run["model"],
        "usage": usage,
        "max_completion_tokens": 16,
        "seed": 0,
        "temperature": 1.0,
        "top_p": 1.0,
    }
    results = [{"name": name, "passed": True, "score": 1.0} for name in names]
    return {**head, **place, "status": "completed", "results": results, "sample": sample}


Evals(
    PATH,
    "eval",
    "eval_",
    needs=("data_source_config", "testing_criteria"),
    defaults={"name": "", "metadata": {}},
).install()
Runs(
    f"{PATH}/{{eval_id}}/runs",
    "eval.run",
    "evalrun_",
    "create list get delete cancel",
    ("data_source",),
    {"name": "", "model": "simulated", "metadata": {}},
    statuses=("queued", "in_progress", "completed"),
    cancelled="canceled",
).install()
Collection(
    f"{PATH}/{{eval_id}}/runs/{{run_id}}/output_items", "eval.run.output_item", "outputitem_", "list get"
).install()
