/** The websocket: subscribes, unpacks batches, and comes back by itself. */
import { token } from "./http";

export type Connection = "connecting" | "connected" | "lost";
type Listener = (topic: string, data: unknown) => void;

const TOPICS = ["status/#", "debug", "notification/#", "live/#", "wires", "event-log/#"];
const SLOWEST_RETRY = 15_000;

export class Comms {
  private socket: WebSocket | null = null;
  private tries = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private closed = false;

  constructor(private readonly url: string, private readonly heard: Listener, private readonly changed: (connection: Connection) => void) {}

  open() {
    this.closed = false;
    this.changed(this.tries ? "lost" : "connecting");
    const socket = (this.socket = new WebSocket(this.url));
    socket.onopen = () => (token() ? this.send({ auth: token() }) : this.subscribe());
    socket.onmessage = ({ data }) => this.read(String(data));
    socket.onclose = () => this.retry();
  }

  close() {
    this.closed = true;
    clearTimeout(this.timer);
    this.socket?.close();
  }

  private subscribe() {
    this.tries = 0;
    this.changed("connected");
    for (const topic of TOPICS) this.send({ subscribe: topic });
  }

  private read(text: string) {
    const parsed = JSON.parse(text);
    for (const message of Array.isArray(parsed) ? parsed : [parsed]) {
      if (message.auth === "ok") this.subscribe();
      else if (message.auth === "fail") this.close();
      else if (message.topic && message.topic !== "hb") this.heard(message.topic, message.data);
    }
  }

  private send(message: object) {
    this.socket?.send(JSON.stringify(message));
  }

  /** Half a second, doubling, so a restarting server is not stormed. */
  private retry() {
    if (this.closed) return;
    this.tries += 1;
    this.changed("lost");
    this.timer = setTimeout(() => this.open(), Math.min(SLOWEST_RETRY, 500 * 2 ** (this.tries - 1)));
  }
}

export function commsAddress(page: string = location.href): string {
  const url = new URL("./comms", page);
  url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
  return url.href;
}
