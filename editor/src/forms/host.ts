/** What a form's elements may ask of the page around them. */
import type { FlowEntry } from "../document/flow";
import type { ConnectionTest, MethodFamily } from "../server/descriptors";

export interface FormHost {
  /** The entry being edited, as the document has it. */
  entry: FlowEntry;
  /** Credentials the server has: text ones with their value, secret ones only as `has_<name>`. */
  credentials: Record<string, string | boolean>;
  configs(type: string): FlowEntry[];
  /** Calls back when config nodes may have come, gone or changed, until what it gives is called. */
  watchConfigs?(run: () => void): () => void;
  labelOf(entry: FlowEntry): string;
  editConfig(type: string, id: string | null, done: (id: string | null) => void): void;
  testConfig(id: string): Promise<ConnectionTest>;
  /** Nodes of some types (all when empty) on this flow or everywhere, with where they lie. */
  nodes(types: readonly string[], everywhere: boolean): { entry: FlowEntry; label: string; where: string }[];
  methods(): Promise<MethodFamily[]>;
  /** Methods used on this flow, for the top of the picker. */
  methodsHere(): string[];
  /** What can be named, for completion: paths of the last message that came in, keys of a context, variables. */
  paths(type?: string): Promise<string[]>;
}

const hosts = new WeakMap<HTMLFormElement, FormHost>();

export const giveHost = (form: HTMLFormElement, host: FormHost) => void hosts.set(form, host);

export function hostOf(element: HTMLElement): FormHost | undefined {
  const form = (element as HTMLElement & { form?: HTMLFormElement | null }).form ?? element.closest("form");
  return form ? hosts.get(form) : undefined;
}
