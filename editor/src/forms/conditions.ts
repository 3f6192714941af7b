/** `data-show-if`: `a=1|2,b,!c,d!=x`. Comma is and, bar is or between values, a bare field is truthy. */

export type ReadField = (name: string) => unknown;

export function holds(condition: string, read: ReadField): boolean {
  return condition.split(",").every((term) => termHolds(term.trim(), read));
}

function termHolds(term: string, read: ReadField): boolean {
  if (!term) return true;
  const [, field, operator, values] = /^([^=!]+)(!?=)(.*)$/.exec(term) ?? [];
  if (!field) return term.startsWith("!") ? !truthy(read(term.slice(1))) : truthy(read(term));
  const actual = asText(read(field.trim()));
  const found = values!.split("|").includes(actual);
  return operator === "=" ? found : !found;
}

/** Names that a condition reads. */
export const fieldsOf = (condition: string) => condition.split(",").map((term) => term.trim().replace(/^!/, "").replace(/!?=.*$/, "").trim()).filter(Boolean);

const truthy = (value: unknown) => (Array.isArray(value) ? value.length > 0 : Boolean(value) && value !== "false");
const asText = (value: unknown) => (value === undefined || value === null ? "" : String(value));
