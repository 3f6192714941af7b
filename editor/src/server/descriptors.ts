/** What the server says about node types, and the shapes of its other lists. */
import type { FlowEntry } from "../document/flow";

export interface FieldDescriptor {
  value?: unknown;
  required?: boolean;
  /** Type of the config node the field names. */
  type?: string;
  /** Names of rules, see `forms/rules.ts`. */
  validate?: string;
}

export type LabelRule = string | { if: string; text: string };

export interface TypeDescriptor {
  type: string;
  category: string;
  color?: string;
  icon?: string;
  label?: LabelRule | LabelRule[];
  paletteLabel?: string;
  inputs: number;
  outputs: number;
  defaults: Record<string, FieldDescriptor>;
  button?: "inject" | "debug" | null;
  align?: "left" | "right";
  credentials?: Record<string, "text" | "password">;
  config?: boolean;
  inputLabels?: string[] | string;
  outputLabels?: string[] | string;
  shortHelp?: string;
  module?: string;
}

export interface MethodFamily {
  family: string;
  label: string;
  methods: MethodDescriptor[];
}

export interface MethodDescriptor {
  name: string;
  label: string;
  verb: string;
  path: string;
  streams?: boolean;
}

export interface Problem { id: string; field?: string; message: string; level: "error" | "warning" }
export interface Example { name: string; title: string; summary: string; nodes: number; needs?: string; flow: FlowEntry[] }
export interface LastMessage { source: string; port: number; target?: string; count: number; rate?: number; time: number; message: unknown }
export interface ConnectionTest { ok: boolean; message: string; models?: number; milliseconds?: number }
