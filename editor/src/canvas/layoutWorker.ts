/** elk in a worker of its own, which is ended with its work: it is large, and nothing but ending it stops it. */
import workerAddress from "elkjs/lib/elk-worker.min.js?url";
import type { ElkNode } from "elkjs/lib/elk-api";

/** Rejects with the signal's reason, or with an Error when the worker cannot be had or fails. */
export async function layInWorker(graph: ElkNode, signal: AbortSignal): Promise<ElkNode> {
  const { default: Elk } = await import("elkjs/lib/elk-api.js");
  signal.throwIfAborted();
  const worker = new Worker(workerAddress);
  const ended = new Promise<never>((_, reject) => {
    worker.addEventListener("error", (event) => reject(new Error(event.message || "elk-worker")), { signal });
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
  try {
    return await Promise.race([new Elk({ workerFactory: () => worker }).layout(graph), ended]);
  } catch (error) {
    // The library rejects with plain objects.
    throw error instanceof Error || signal.aborted ? error : new Error(String((error as { message?: unknown }).message ?? error));
  } finally {
    worker.terminate();
  }
}
