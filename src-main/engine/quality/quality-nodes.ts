import { sileroVadStage } from '../audio/silero-vad.ts';
import type { RecipeNode } from '../stage.ts';
import { qualityStage, qualityWithFacesStage } from './quality-stage.ts';

/** What measures faces needs besides the sound. */
const faceNodes = ['face-tracks', 'face-views', 'talking'];

/**
 * Measures the quality of what any system worked on, from what its nodes found, after all of them; nothing for a system
 * that does not listen for speech as Diarist does.
 */
export function qualityNodes(nodes: readonly RecipeNode[]): RecipeNode[] {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  if (!byId.has('pcm') || byId.get('vad')?.stage.id !== sileroVadStage.id || byId.has('quality')) return [];
  return faceNodes.every((id) => byId.has(id))
    ? [{ id: 'quality', stage: qualityWithFacesStage, inputs: ['pcm', 'vad', ...faceNodes], costPerHour: 40 }]
    : [{ id: 'quality', stage: qualityStage, inputs: ['pcm', 'vad'], costPerHour: 40 }];
}
