/** The palette's content: types by category, in the order people look for them. */
import type { FlowDocument } from "../document/flow";
import { textOf } from "../document/flow";
import { indexOf } from "../document/index";
import type { TypeDescriptor } from "../server/descriptors";
import { has, t } from "./words";

export interface PaletteItem { type: string; label: string; inputs: number; outputs: number; help: string; descriptor?: TypeDescriptor }
export interface PaletteGroup { category: string; label: string; items: PaletteItem[] }

const ORDER = ["ai", "openai", "subflows", "common", "function", "sequence", "network", "parser", "storage"];

export function paletteGroups(doc: FlowDocument, types: ReadonlyMap<string, TypeDescriptor>, filter = ""): PaletteGroup[] {
  const wanted = filter.trim().toLowerCase();
  const groups = new Map<string, PaletteItem[]>();
  const file = (category: string, item: PaletteItem) => {
    if (wanted && !`${item.label} ${item.type} ${item.help}`.toLowerCase().includes(wanted)) return;
    groups.set(category, [...(groups.get(category) ?? []), item]);
  };
  for (const descriptor of types.values()) if (isOffered(descriptor)) file(descriptor.category, itemOf(descriptor));
  for (const template of indexOf(doc).subflows) {
    const ends = (key: string) => (Array.isArray(template[key]) ? (template[key] as unknown[]).length : 0);
    file(textOf(template, "category") || "subflows", { type: `subflow:${template.id}`, label: textOf(template, "name"), inputs: ends("in"), outputs: ends("out"), help: "" });
  }
  const rank = (category: string) => (ORDER.indexOf(category.toLowerCase()) + 1 || ORDER.length + 1);
  return [...groups].sort(([one], [other]) => rank(one) - rank(other)).map(([category, items]) => ({ category, label: categoryLabel(category), items }));
}

export const isOffered = (descriptor: TypeDescriptor) => !descriptor.config && !["junction", "unknown", "tab", "group"].includes(descriptor.type) && descriptor.category !== "config";

const itemOf = (descriptor: TypeDescriptor): PaletteItem => ({
  type: descriptor.type, label: descriptor.paletteLabel ?? descriptor.type, inputs: descriptor.inputs, outputs: descriptor.outputs, help: descriptor.shortHelp ?? "", descriptor,
});

export const categoryLabel = (category: string) => (has(`category.${category.toLowerCase()}`) ? t(`category.${category.toLowerCase()}`) : category);
