import { AppError } from '#shared/api/errors.ts';
import { speechSources, variantId, variantSuffix, voiceChoices } from '#shared/engine/system-variants.ts';
import type { SpeechSourceId, SystemVariant, VoiceChoiceId } from '#shared/engine/system-variants.ts';
import { optionalChangeStage } from '../audio/pyannote-frames.ts';
import { embeddedChunkVoicesStage, netChunkVoicesStage } from '../audio/segmentation/chunk-voices-stage.ts';
import { voiceEmbeddingsStage } from '../audio/voice-embeddings.ts';
import { voiceNets } from '../audio/voice-nets/voice-net.ts';
import { CUSTOM_VOICE, customVoiceStage, voiceNetStages } from '../audio/voice-nets/voice-net-embeddings.ts';
import { voiceTrunkStage } from '../audio/voice-trunk.ts';
import type { RecipeNode, SystemRecipe } from '../stage.ts';
import { refinedTurnsStage } from './refined-turns.ts';
import { speechNodes } from './speech-nodes.ts';

/**
 * A recipe with another speech detection or voice net: the nodes that others know as `vad` and `speech`, and those that give
 * voices of windows. All else stays as published. Of a rule, borders are moved in the recipe that goes by sound alone.
 * @throws AppError `bad-parameter` for a system that has no such nodes
 */
export function variantOf(recipe: SystemRecipe, variant: SystemVariant): SystemRecipe {
  const refined = variant.refined && (recipe.otherwise === undefined || recipe.output === TURNS);
  // Of a rule the answer names the recipe that ran.
  const own: SystemVariant = { ...variant, base: recipe.id, refined };
  const swap = (nodes: readonly RecipeNode[]): readonly RecipeNode[] => {
    const heard = variant.vad === null ? nodes : withSpeech(nodes, variant.vad, recipe.label);
    const voiced = variant.voice === null ? heard : withVoice(heard, variant.voice, recipe.label);
    return own.refined ? withRefinedBorders(voiced, recipe) : voiced;
  };
  return {
    ...recipe,
    id: variantId(own),
    label: `${recipe.label}${variantSuffix(own)}`,
    nodes: swap(recipe.nodes),
    output: own.refined ? REFINED : recipe.output,
    ...(recipe.otherwise
      ? {
          otherwise: {
            ...recipe.otherwise,
            recipe: variantOf(recipe.otherwise.recipe, { ...variant, base: recipe.otherwise.recipe.id }),
          },
        }
      : {}),
  };
}

const TURNS = 'turns';
const REFINED = 'refined';

function withRefinedBorders(nodes: readonly RecipeNode[], { label, output }: SystemRecipe): readonly RecipeNode[] {
  if (output !== TURNS) {
    throw new AppError('bad-parameter', `${label} places its borders by the picture as well: they are not moved.`, {
      fix: 'Leave --refine out, or choose a system of sound.',
    });
  }
  return [
    ...nodes,
    { id: 'changes', stage: optionalChangeStage, inputs: ['pcm'], costPerHour: 160 },
    { id: REFINED, stage: refinedTurnsStage, inputs: ['pcm', 'turns', 'changes'], costPerHour: 1 },
  ];
}

function withSpeech(nodes: readonly RecipeNode[], source: SpeechSourceId, label: string): readonly RecipeNode[] {
  const isSpeech = ({ id }: RecipeNode): boolean => id === 'vad' || id === 'speech' || id === 'sad';
  const first = nodes.findIndex(isSpeech);
  if (first < 0) {
    throw new AppError('bad-parameter', `${label} finds speech by its own net: there is nothing to exchange.`, {
      fix: `Leave --vad out. Elsewhere it takes one of: ${speechSources.map(({ id }) => id).join(', ')}.`,
    });
  }
  const others = nodes.filter((node) => !isSpeech(node));
  return [...others.slice(0, first), ...speechNodes[source], ...others.slice(first)];
}

const windowStageIds = new Set([voiceEmbeddingsStage.id, ...voiceNets.map((net) => net.stageId)]);

function withVoice(nodes: readonly RecipeNode[], choice: VoiceChoiceId, label: string): readonly RecipeNode[] {
  const { model } = voiceChoices.find(({ id }) => id === choice)!;
  let found = false;
  const out = nodes.flatMap((node): RecipeNode[] => {
    const isWindows = windowStageIds.has(node.stage.id);
    const isChunks = node.stage.id.startsWith(embeddedChunkVoicesStage.id);
    if (!isWindows && !isChunks) return [node];
    found = true;
    if (model === null) {
      const stage = isWindows ? voiceEmbeddingsStage : embeddedChunkVoicesStage;
      return [{ ...node, stage, inputs: [isWindows ? 'speech' : 'local', 'trunk'], costPerHour: 2 }];
    }
    if (model === CUSTOM_VOICE) {
      if (isChunks) {
        throw new AppError('bad-parameter', `${label} hears pieces of speech that only known nets can be fed with.`, {
          fix: 'Use the added net in a system of voice windows, such as diarist-audio or 3d-speaker-audio.',
        });
      }
      return [{ ...node, stage: customVoiceStage, inputs: ['pcm', 'speech'], costPerHour: 1500 }];
    }
    const stage = isWindows ? voiceNetStages.get(model)! : netChunkVoicesStage(model);
    const { costPerHour } = voiceNets.find((net) => net.modelId === model)!;
    return [{ ...node, stage, inputs: ['pcm', isWindows ? 'speech' : 'local'], costPerHour }];
  });
  if (!found) {
    throw new AppError('bad-parameter', `${label} uses no voice net: there is nothing to exchange.`, {
      fix: 'Leave --speaker-model out.',
    });
  }
  return withTrunkWhereNeeded(out);
}

/** The trunk of Diarist's own voices runs once, before the first node that takes it, or not at all. */
function withTrunkWhereNeeded(nodes: readonly RecipeNode[]): readonly RecipeNode[] {
  const others = nodes.filter((node) => node.stage.id !== voiceTrunkStage.id);
  const first = others.findIndex((node) => node.inputs.includes('trunk'));
  if (first < 0) return others;
  const trunk: RecipeNode = { id: 'trunk', stage: voiceTrunkStage, inputs: ['pcm'], costPerHour: 22 };
  return [...others.slice(0, first), trunk, ...others.slice(first)];
}
