"""Methods that ask again until a job has ended. Each is the `run` of the record of its name."""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING, Any

from flowengine.messages import UNDEFINED

from .api_errors import ApiError, Problem
from .options import Options
from .record import Method

if TYPE_CHECKING:
    from .call import Call

INTERVAL = 5.0
UPLOADS_AT_ONCE = 5
LONGEST_WAIT_FOR_FILE = 30 * 60.0

PURPOSE = "assistants"
FILE_ENDS = frozenset(("completed", "failed", "cancelled"))
RUN_ENDS = frozenset(("requires_action", "cancelled", "completed", "failed", "expired", "incomplete"))
VIDEO_ENDS = frozenset(("completed", "failed"))
PROCESSED = frozenset(("processed", "error", "deleted"))


def known(name: str) -> Method:
    """The record of a method that another one is made of."""
    from .methods import find

    method = find(name)
    if method is None:
        raise Problem("unknown_method", method=name)
    return method


class Waiting:
    """How long a call waits between two questions, and in all: `pollIntervalMs`, `max_wait_seconds`."""

    def __init__(self, fields: dict[str, Any]) -> None:
        self._interval = seconds(fields.pop("pollIntervalMs", None), 1000)
        self._most = seconds(fields.pop("max_wait_seconds", None), 1)

    async def until(
        self,
        call: Call,
        method: Method,
        ids: dict[str, Any],
        ends: frozenset[str],
        options: Options | None = None,
    ) -> Any:
        """Ask until the job's `status` is one of `ends`; returns the job."""
        clock = asyncio.get_running_loop().time
        start = clock()
        while True:
            reply = await call.ask(method, ids, options)
            job = call.read(method, reply)
            if not isinstance(job, dict) or job.get("status") in ends:
                return job
            if call.seen is not None:
                from .watching import learn_progress

                learn_progress(call.seen, job)
            if self._most is not None and clock() - start > self._most:
                raise Problem("waited_too_long", method=call.method.name, seconds=f"{self._most:g}")
            await asyncio.sleep(
                self._interval or asked_interval(reply.headers.get("openai-poll-after-ms", ""))
            )


def seconds(value: Any, per_second: int) -> float | None:
    """A time of the payload in seconds; None where it says nothing usable."""
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return value / per_second if number and value > 0 else None


def asked_interval(text: str) -> float:
    """Seconds of a header in milliseconds; the default where it holds no number."""
    digits = re.match(r"\s*(\d+)", text)
    return int(digits[1]) / 1000 if digits else INTERVAL


def parted(call: Call, payload: Any, *names: str) -> tuple[dict[str, Any], Waiting, list[Any]]:
    """Take the named fields and the waiting out of a payload: what is left, how to wait, the fields' values."""
    if not isinstance(payload, dict):
        raise Problem("no_object", method=call.method.name)
    fields = dict(payload)
    waiting = Waiting(fields)
    return fields, waiting, [fields.pop(name, UNDEFINED) for name in names]


def present(**ids: Any) -> dict[str, Any]:
    """The ids that are there: a missing one shall be called undefined, not null."""
    return {name: value for name, value in ids.items() if value is not UNDEFINED}


def id_of(made: Any) -> Any:
    """The id of what a server made; raises Problem where it names none."""
    found = made.get("id") if isinstance(made, dict) else None
    if found is None:
        raise Problem("no_id")
    return found


async def poll_vector_store_file(call: Call, payload: Any) -> Any:
    """Wait until a file of a vector store is processed."""
    fields, waiting, (store, file_id) = parted(call, payload, "vector_store_id", "file_id")
    ids = present(vector_store_id=store, file_id=file_id)
    return await waiting.until(call, known("retrieveVectorStoreFile"), ids, FILE_ENDS, Options.read(fields))


async def create_and_poll_vector_store_file(call: Call, payload: Any) -> Any:
    """Put a file into a vector store and wait until it is processed."""
    fields, waiting, _ = parted(call, payload)
    made = await call.answer(known("createVectorStoreFile"), fields)
    return await _file_ended(call, waiting, fields, made, None)


async def upload_vector_store_file(call: Call, payload: Any) -> Any:
    """Upload a file and put it into a vector store."""
    fields, _, _ = parted(call, payload)
    return await _uploaded(call, fields, _options(fields))


async def upload_and_poll_vector_store_file(call: Call, payload: Any) -> Any:
    """Upload a file, put it into a vector store, and wait until it is processed."""
    fields, waiting, _ = parted(call, payload)
    options = _options(fields)
    made = await _uploaded(call, fields, options)
    return await _file_ended(call, waiting, fields, made, options)


async def _file_ended(
    call: Call, waiting: Waiting, fields: dict[str, Any], made: Any, options: Options | None
) -> Any:
    ids = present(vector_store_id=fields.get("vector_store_id", UNDEFINED), file_id=id_of(made))
    return await waiting.until(call, known("retrieveVectorStoreFile"), ids, FILE_ENDS, options)


def _options(fields: dict[str, Any]) -> Options:
    """Fields that are not the file's act as options of every request of the call."""
    named = ("vector_store_id", "file", "filename", "attributes", "chunking_strategy")
    return Options.read({name: value for name, value in fields.items() if name not in named})


async def _uploaded(call: Call, fields: dict[str, Any], options: Options) -> Any:
    """Upload a file, then put it into the vector store."""
    if not fields.get("file"):
        raise Problem("no_file", method=call.method.name, field="file")
    file_id = await upload(call, fields["file"], fields.get("filename"), options)
    rest = {name: fields[name] for name in ("attributes", "chunking_strategy") if name in fields}
    ids = present(vector_store_id=fields.get("vector_store_id", UNDEFINED), file_id=file_id)
    return await call.answer(known("createVectorStoreFile"), {**ids, **rest}, options)


async def upload(call: Call, file: Any, filename: Any = None, options: Options | None = None) -> Any:
    """Upload a file for assistants; returns its id."""
    named = {} if filename is None else {"filename": filename}
    kept = await call.answer(known("createFile"), {"file": file, "purpose": PURPOSE, **named}, options)
    return id_of(kept)


async def poll_vector_store_file_batch(call: Call, payload: Any) -> Any:
    """Wait until a batch of files is processed."""
    fields, waiting, (store, batch_id) = parted(call, payload, "vector_store_id", "batch_id")
    ids = present(vector_store_id=store, batch_id=batch_id)
    return await waiting.until(
        call, known("retrieveVectorStoreFileBatch"), ids, FILE_ENDS, Options.read(fields)
    )


async def create_and_poll_vector_store_file_batch(call: Call, payload: Any) -> Any:
    """Put files into a vector store and wait until they are processed."""
    fields, waiting, _ = parted(call, payload)
    return await _batch_ended(call, waiting, fields, None)


async def _batch_ended(call: Call, waiting: Waiting, fields: dict[str, Any], options: Options | None) -> Any:
    made = await call.answer(known("createVectorStoreFileBatch"), fields, options)
    ids = present(vector_store_id=fields.get("vector_store_id", UNDEFINED), batch_id=id_of(made))
    return await waiting.until(call, known("retrieveVectorStoreFileBatch"), ids, FILE_ENDS, options)


async def upload_and_poll_vector_store_file_batch(call: Call, payload: Any) -> Any:
    """Upload files, put them into a vector store, and wait until they are processed."""
    names = ("vector_store_id", "files", "file_ids", "maxConcurrency")
    fields, waiting, (store, files, file_ids, at_once) = parted(call, payload, *names)
    if not isinstance(files, list):
        raise ApiError("Files is not defined or not an array")
    if not files:
        raise Problem("no_files", method=call.method.name)
    named = ("attributes", "chunking_strategy")
    kept: dict[str, Any] = {name: fields.pop(name) for name in named if name in fields}
    options = Options.read(fields)
    uploaded = await _upload_all(call, files, at_once, options)
    ids = [*(file_ids if isinstance(file_ids, list) else ()), *uploaded]
    batch: dict[str, Any] = {**present(vector_store_id=store), "file_ids": ids, **kept}
    return await _batch_ended(call, waiting, batch, options)


async def _upload_all(call: Call, files: list[Any], at_once: Any, options: Options) -> list[Any]:
    """Upload files, some at a time; returns their ids in the order of the files."""
    workers = at_once if isinstance(at_once, int) and at_once > 0 else UPLOADS_AT_ONCE
    left, ids = enumerate(files), dict[int, Any]()

    async def work() -> None:
        for place, file in left:
            ids[place] = await upload(call, file, None, options)
            if call.seen is not None:
                call.seen.move(len(ids), len(files))

    done = await asyncio.gather(*(work() for _ in range(min(workers, len(files)))), return_exceptions=True)
    failed = [outcome for outcome in done if isinstance(outcome, Exception)]
    if failed:
        raise ApiError(f"{len(failed)} promise(s) failed - see the above errors") from failed[0]
    return [ids[place] for place in sorted(ids)]


async def poll_run(call: Call, payload: Any) -> Any:
    """Wait until a run has ended or wants something."""
    fields, waiting, (thread_id, run_id) = parted(call, payload, "thread_id", "run_id")
    ids = present(thread_id=thread_id, run_id=run_id)
    return await waiting.until(call, known("getRun"), ids, RUN_ENDS, Options.read(fields))


async def create_and_poll_run(call: Call, payload: Any) -> Any:
    """Start a run and wait for it."""
    return await _run_ended(call, payload, "createRun")


async def create_thread_and_run_poll(call: Call, payload: Any) -> Any:
    """Start a thread and a run of it, and wait for the run."""
    return await _run_ended(call, payload, "createThreadAndRun")


async def submit_tool_outputs_and_poll(call: Call, payload: Any) -> Any:
    """Give a run what it asked for, and wait for it."""
    return await _run_ended(call, payload, "submitToolOutputsToRun")


async def _run_ended(call: Call, payload: Any, name: str) -> Any:
    fields, waiting, _ = parted(call, payload)
    run = await call.answer(known(name), fields)
    thread_id = run.get("thread_id", UNDEFINED) if isinstance(run, dict) else UNDEFINED
    ids = present(thread_id=thread_id, run_id=id_of(run))
    return await waiting.until(call, known("getRun"), ids, RUN_ENDS)


async def poll_video(call: Call, payload: Any) -> Any:
    """Wait until a video is made."""
    fields, waiting, (video_id,) = parted(call, payload, "video_id")
    ids = present(video_id=video_id)
    return await waiting.until(call, known("getVideo"), ids, VIDEO_ENDS, Options.read(fields))


async def create_and_poll_video(call: Call, payload: Any) -> Any:
    """Ask for a video and wait until it is made."""
    fields, waiting, _ = parted(call, payload)
    video = await call.answer(known("createVideo"), fields)
    return await waiting.until(call, known("getVideo"), {"video_id": id_of(video)}, VIDEO_ENDS)


async def wait_for_file(call: Call, payload: Any) -> Any:
    """Wait until an uploaded file is processed."""
    if isinstance(payload, dict):
        payload = {"max_wait_seconds": LONGEST_WAIT_FOR_FILE, **payload}
    fields, waiting, (file_id,) = parted(call, payload, "file_id")
    ids = present(file_id=file_id)
    return await waiting.until(call, known("retrieveFile"), ids, PROCESSED, Options.read(fields))
