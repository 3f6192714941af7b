/** Debug messages of one streamed answer, joined into an entry that grows. */

/** What a debug message says of its stream: text and number of the messages since the last; `open` while the call still runs. */
export interface StreamMark { id: string; node: string; open: boolean; text: string; chunks: number }

/** What a report of `live/<node>` says of a stream that is over. */
export interface StreamEnd { id: string; tokens?: number; cost?: number; currency?: string; seconds?: number; failed?: boolean }

export interface Stream extends Omit<StreamEnd, "id"> {
  id: string;
  node: string;
  /** All text so far; of a very long one the end. */
  text: string;
  chunks: number;
  done: boolean;
}

const TEXT_KEPT = 200_000;

export function grown(old: Stream | undefined, { id, node, open, text, chunks }: StreamMark): Stream {
  return { ...old, id, node, text: ((old?.text ?? "") + text).slice(-TEXT_KEPT), chunks: (old?.chunks ?? 0) + chunks, done: !open };
}
