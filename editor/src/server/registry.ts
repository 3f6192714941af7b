/** The node types the server knows, kept by name. */
import { create } from "zustand";
import type { TypeDescriptor } from "./descriptors";

interface RegistryState {
  types: ReadonlyMap<string, TypeDescriptor>;
  loaded: boolean;
}

export const useRegistry = create<RegistryState>(() => ({ types: new Map(), loaded: false }));

export function setTypes(list: readonly TypeDescriptor[]) {
  useRegistry.setState({ types: new Map(list.map((one) => [one.type, { ...one, defaults: one.defaults ?? {} }])), loaded: true });
}

export const typeOf = (name: string) => useRegistry.getState().types.get(name);
export const configTypes = () => [...useRegistry.getState().types.values()].filter((one) => one.config);
