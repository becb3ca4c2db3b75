import { create } from 'zustand';
import type { ApiClient, ModelInfo } from '#shared/api/contract.ts';
import { useAppStore } from './app-store.ts';

/** What a person wants to do with models and has not confirmed yet. */
export type ModelQuestion =
  | { readonly kind: 'pull'; readonly ids: readonly string[] }
  | { readonly kind: 'remove'; readonly id: string }
  | { readonly kind: 'add'; readonly id: string }
  | { readonly kind: 'mirror' };

export interface ModelsState {
  /** null until the host has told. */
  models: readonly ModelInfo[] | null;
  question: ModelQuestion | null;
  ask: (question: ModelQuestion | null) => void;
}

export const useModels = create<ModelsState>()((set) => ({
  models: null,
  question: null,
  ask: (question) => set({ question }),
}));

/** Leads to the Models view, with the question asked there. */
export function askInModelsView(question: ModelQuestion): void {
  useAppStore.getState().setView('models');
  useModels.getState().ask(question);
}

/** Reads models anew, and systems, whose readiness depends on them. */
export async function loadModels(api: ApiClient): Promise<void> {
  const [models, systems] = await Promise.all([api.call('models.list', {}), api.call('systems.list', {})]);
  useModels.setState({ models });
  useAppStore.setState({ systems });
}

/** Keeps models true, whoever changes them. Returns the function that lets go. */
export function followModels(api: ApiClient): () => void {
  useModels.setState({ models: null, question: null });
  return api.on((event) => {
    if (event.type === 'models.changed') loadModels(api).catch(useAppStore.getState().report);
    if (event.type !== 'model.pull') return;
    const { models } = useModels.getState();
    // Another window asked before this one looked.
    if (models === null) loadModels(api).catch(useAppStore.getState().report);
    else {
      const { pull } = event;
      useModels.setState({ models: models.map((model) => (model.id === pull.modelId ? { ...model, pull } : model)) });
    }
  });
}

/** Is it being fetched, or waiting for it? */
export const isPulling = ({ pull }: ModelInfo): boolean =>
  pull !== null && (pull.state === 'queued' || pull.state === 'running' || pull.state === 'checking');
