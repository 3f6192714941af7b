/**
 * Rows whose value stands in a field of the node itself: `inherits="p:payload,topic"`, as flow files have it:
 * `{p: "payload"}` beside `payload` and `payloadType`, and `{p: "topic", vt: "str"}` beside `topic`, which has no type field.
 */
import { equal } from "../document/changes";
import type { FlowEntry } from "../document/flow";
import type { ReadField } from "./conditions";
import type { Values } from "./controls";

/** A row now: what the file had, what the form said first, and what it says. */
export interface RowState { raw: Values; began: Values; now: Values }
interface Field { value: unknown; type: unknown }

const typeOf = (name: string) => `${name}Type`;

export class Inherited {
  private readonly key: string;
  private readonly names: readonly string[];
  /** Fields that rows took their values from when the form opened. */
  private readonly fields = new Map<string, Field>();

  constructor(attribute: string) {
    const [key = "", names = ""] = attribute.split(":");
    this.key = key.trim();
    this.names = names.split(",").map((name) => name.trim()).filter(Boolean);
  }

  submitted(): string[] {
    return this.names.flatMap((name) => [name, typeOf(name)]);
  }

  /** Rows of a node from the time before there was a list. */
  rowsWithout(list: string, entry: FlowEntry | undefined): Values[] | null {
    if (!entry || list in entry || !this.names.some((name) => name in entry)) return null;
    return this.names.map((name) => (typeOf(name) in entry ? { [this.key]: name } : { [this.key]: name, vt: "str" }));
  }

  begin(rows: readonly Values[], read: ReadField) {
    this.fields.clear();
    for (const row of rows) if (this.takes(row)) this.fields.set(this.nameOf(row), { value: read(this.nameOf(row)), type: read(typeOf(this.nameOf(row))) });
  }

  /** The row as its controls show it. */
  shown(row: Values): Values {
    const field = this.takes(row) && this.fields.get(this.nameOf(row));
    return field ? { ...row, v: field.value ?? "", ...(field.type !== undefined && { vt: field.type }) } : row;
  }

  /** The rows as the file has them, and the fields of the node; undefined for a field that goes. */
  written(rows: readonly RowState[]): { items: Values[]; fields: Values } {
    const fields = Object.fromEntries([...this.fields].flatMap(([name, field]) => Object.entries(without(name, field))));
    const done = new Set<string>();
    const items = rows.map((row) => {
      const name = this.nameOf(row.now);
      const field = this.takes(row.raw) && this.nameOf(row.raw) === name && !done.has(name) ? this.fields.get(name) : undefined;
      const made = field && split(name, field, row);
      if (!made) return { ...row.raw, ...row.now };
      done.add(name);
      Object.assign(fields, made.fields);
      return made.item;
    });
    return { items, fields };
  }

  private nameOf(row: Values): string {
    return String(row[this.key] ?? "");
  }

  private takes(row: Values): boolean {
    return row.v === undefined && this.names.includes(this.nameOf(row));
  }
}

/** The parts of a row that stays with its field; null where the field cannot say the type. */
function split(name: string, field: Field, { raw, began, now }: RowState): { item: Values; fields: Values } | null {
  if (equal(now, began)) return { item: raw, fields: { [name]: field.value, ...(field.type !== undefined && { [typeOf(name)]: field.type }) } };
  const { v, vt, ...rest } = { ...raw, ...now };
  if (field.type !== undefined) return { item: rest, fields: { [name]: v, [typeOf(name)]: vt } };
  return vt === "str" ? { item: { ...rest, vt }, fields: { [name]: v } } : null;
}

/** A field no row uses any more. */
function without(name: string, field: Field): Values {
  if (field.type !== undefined) return { [name]: undefined, [typeOf(name)]: undefined };
  return { [name]: field.value === undefined ? undefined : "" };
}
