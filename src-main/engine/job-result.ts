import { z } from 'zod';
import { hypothesisSegmentSchema } from '#shared/domain/hypothesis.ts';
import { boxesRef } from '#shared/domain/boxes-ref.ts';
import { sketchBoxes, type SketchedBox } from '#shared/domain/box-sketch.ts';
import type {
  Corrections,
  CorrectionsNote,
  FaceCorrections,
  HypothesisPicture,
  HypothesisSegment,
  SpeakerCount,
} from '#shared/domain/hypothesis.ts';
import { speakerCountOf } from '#shared/domain/speaker-count.ts';
import {
  avEvidenceSchema,
  faceArtifacts,
  shotsDataSchema,
  trackIndexSchema,
  trackRowValues,
  type TrackData,
} from '#shared/evidence/face-schemas.ts';
import type { ArtifactRef, EngineJob } from '#shared/engine/protocol.ts';
import { decodedFile, decodedSchema, pcmStage } from './media-stages.ts';
import { clustersFile, clustersSchema, speakerClustersStage } from './cluster/speaker-clusters.ts';
import type { StageEntry } from './stage-files.ts';

const hypothesisSchema = z.object({ segments: z.array(hypothesisSegmentSchema) });

/** The turns an output node left in `hypothesis.json`. */
export const readHypothesis = async (output: StageEntry): Promise<HypothesisSegment[]> =>
  (await output.readJson('hypothesis.json', hypothesisSchema)).segments;

/**
 * How sure the automatic count of speakers is; nothing where the stage that grouped the voices gives no probabilities.
 * @param asked bounds a person gave: what lies outside is not possible
 */
export async function readSpeakerCount(
  entries: ReadonlyMap<string, StageEntry>,
  segments: readonly HypothesisSegment[],
  asked: EngineJob['speakers'] = null,
): Promise<{ speakerCount?: SpeakerCount }> {
  const clusters = [...entries.values()].find((entry) => entry.meta.stageId === speakerClustersStage.id);
  if (!clusters) return {};
  const { counts } = await clusters.readJson(clustersFile, clustersSchema);
  const possible = counts.filter(({ count }) => !asked || (count >= asked.min && count <= asked.max));
  if (possible.length === 0) return {};
  return { speakerCount: speakerCountOf(speakersIn(segments), possible) };
}

const speakersIn = (segments: readonly HypothesisSegment[]): number =>
  new Set(segments.map((segment) => segment.speaker)).size;

/** Said where the turns have fewer speakers than were asked for, unless a stage has said so already. */
export function tooFewSpeakers(
  segments: readonly HypothesisSegment[],
  asked: EngineJob['speakers'],
  warnings: readonly string[],
): string[] {
  const found = speakersIn(segments);
  if (!asked || found === 0 || found >= asked.min) return [];
  if (warnings.some((warning) => warning.includes('speakers were asked for'))) return [];
  return [`${asked.min} speakers were asked for; turns were found of ${found}.`];
}

/**
 * Face tracks, whose they are by the system's answer, and the cuts; nothing for a system that only hears. Boxes are named
 * by the cache key of the stage that wrote them.
 */
export async function readPicture(
  entries: ReadonlyMap<string, StageEntry>,
  given?: FaceCorrections,
): Promise<{ picture?: HypothesisPicture }> {
  const holding = (artifact: string): { entry: StageEntry; file: string } | null => {
    for (const entry of entries.values()) {
      const file = entry.meta.artifacts[artifact];
      if (file !== undefined && entry.has(file)) return { entry, file };
    }
    return null;
  };
  const [index, shots, av] = [faceArtifacts.trackIndex, faceArtifacts.shots, faceArtifacts.av].map(holding);
  if (!index || !shots || !av) return {};
  const { frameRateHz, tracks, missingCorrections } = await index.entry.readJson(index.file, trackIndexSchema);
  const rows = holding(faceArtifacts.tracks);
  const boxes = rows && (await rows.entry.readFloat32(rows.file));
  const evidence = await av.entry.readJson(av.file, avEvidenceSchema);
  const speakers = new Map(evidence.tracks.map(({ id, speaker }) => [id, speaker]));
  const cuts = (await shots.entry.readJson(shots.file, shotsDataSchema)).shots;
  return {
    picture: {
      tracks: tracks.map((track) => ({
        startSec: track.firstFrame / frameRateHz,
        endSec: (track.firstFrame + track.frameCount) / frameRateHz,
        speaker: speakers.get(track.id) ?? null,
        boxesArtifact: boxesRef([{ artifact: index.entry.key, trackIds: [track.id] }]),
        ...(boxes ? { boxes: sketchBoxes(boxesOf(track, boxes), track.firstFrame, frameRateHz) } : {}),
        ...(track.correction === undefined ? {} : { correction: track.correction }),
      })),
      cutsSec: cuts.slice(1).map(({ firstFrame }) => firstFrame / frameRateHz),
      ...(given && missingCorrections ? { faces: { given, missing: missingCorrections } } : {}),
    },
  };
}

const boxesOf = ({ firstRow, frameCount }: TrackData, rows: Float32Array): SketchedBox[] =>
  Array.from({ length: frameCount }, (_, at) => {
    const [x1 = 0, y1 = 0, x2 = 0, y2 = 0] = rows.subarray((firstRow + at) * trackRowValues);
    return { x1, y1, x2, y2 };
  });

/** What a person had corrected, in short: how many faces, and how many of them this run did not find. */
export function noteOfCorrections({ faces, ...others }: Corrections, picture?: HypothesisPicture): CorrectionsNote {
  if (!faces) return others;
  return {
    ...others,
    faces: {
      tracks: faces.tracks.length,
      removed: faces.removed.length,
      named: faces.tracks.filter(({ person }) => person !== null).length,
      missing: picture?.faces?.missing.length ?? 0,
    },
  };
}

/** Seconds decoded against what the container promises; 0 of 0 for media without sound. */
export async function readDecoded(
  entries: ReadonlyMap<string, StageEntry>,
): Promise<{ decodedSec: number; expectedSec: number }> {
  const pcm = [...entries.values()].find((entry) => entry.meta.stageId === pcmStage.id);
  if (!pcm) return { decodedSec: 0, expectedSec: 0 };
  const { decodedSec, expectedSec } = await pcm.readJson(decodedFile, decodedSchema);
  return { decodedSec, expectedSec };
}

/** Every file of every stage: by its name in the protocol where it has one, else as `node/file`. */
export function collectArtifacts(entries: ReadonlyMap<string, StageEntry>): ArtifactRef[] {
  return [...entries].flatMap(([nodeId, entry]) => {
    const names = new Map(Object.entries(entry.meta.artifacts).map(([name, file]) => [file, name]));
    return entry.meta.files.map((file) => ({
      name: names.get(file.name) ?? `${nodeId}/${file.name}`,
      key: entry.key,
      path: entry.path(file.name),
      sizeBytes: file.sizeBytes,
    }));
  });
}
