import { systemDescriptions } from '#shared/engine/systems.ts';

/** What people see of a system, for its recipe. */
export function catalogueEntry(id: string): {
  id: string;
  label: string;
  version: string;
  description: string;
  needsVideo: boolean;
} {
  const entry = systemDescriptions.find((system) => system.id === id);
  if (!entry) throw new Error(`the catalogue of systems has no ${id}`);
  const { label, version, description, needsVideo } = entry;
  return { id, label, version, description, needsVideo };
}
