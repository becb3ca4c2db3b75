import type { Turn } from '../formats/turn.ts';
import { clusteringScores, Contingency, type ClusteringScores } from './contingency.ts';
import { fileDer, ratesOf, sumTimes, type DerRates, type DerTimes, type FileDer } from './der.ts';
import { frameContingency, framesOf } from './frames.ts';
import { fileJer, speakerJaccardErrors } from './jer.ts';
import { prepareFiles, strictScoring, type FileInput, type ScoringOptions } from './scoring-input.ts';

/** Rates are shares: 0.2639 is 26.39 %. */
export interface Score extends DerTimes, DerRates {
  /** Jaccard error rate; overall it is the mean over the reference speakers of all files. */
  jer: number;
  referenceSpeakers: number;
  hypothesisSpeakers: number;
  /** null unless asked for, or when nothing is scored. */
  clustering: ClusteringScores | null;
}

export interface FileScore extends Score {
  fileId: string;
  /** Reference speaker → hypothesis speaker. */
  mapping: Record<string, string>;
}

export interface ScoreReport {
  overall: Score & {
    /** Share of files whose number of speakers is right, and the mean number of speakers too many or too few. */
    countAccuracy: number;
    countError: number;
  };
  files: FileScore[];
  warnings: string[];
}

/**
 * Scores a hypothesis against a reference, file by file and overall.
 *
 * @param options collar, overlap, UEM and convention; see {@link strictScoring} and protocols.ts
 * @param withClustering also B-cubed, tau, entropies and mutual information on 10 ms frames
 */
export function scoreDiarization(
  reference: readonly Turn[],
  hypothesis: readonly Turn[],
  options: Partial<ScoringOptions> = {},
  withClustering = false,
): ScoreReport {
  const { files, warnings } = prepareFiles(reference, hypothesis, { ...strictScoring, ...options });
  const blocks = new Contingency();
  const speakerErrors: number[] = [];
  const scores = files.map((file): FileScore => {
    const der = fileDer(file);
    const framed = framesOf(file);
    const errors = speakerJaccardErrors(framed);
    for (const error of errors) speakerErrors.push(error);
    const table = withClustering ? frameContingency(framed) : null;
    if (table) blocks.addBlock(table, file.fileId);
    return { ...fileScore(file, der), jer: fileJer(framed, errors), clustering: table && clusteringScores(table) };
  });
  const times = sumTimes(scores);
  const sum = (of: (score: FileScore) => number) => scores.reduce((total, score) => total + of(score), 0);
  const overall = {
    ...times,
    ...ratesOf(times),
    jer: overallJer(scores, speakerErrors),
    referenceSpeakers: sum((score) => score.referenceSpeakers),
    hypothesisSpeakers: sum((score) => score.hypothesisSpeakers),
    clustering: withClustering ? clusteringScores(blocks) : null,
    countAccuracy:
      sum((score) => (score.referenceSpeakers === score.hypothesisSpeakers ? 1 : 0)) / (scores.length || 1),
    countError: sum((score) => Math.abs(score.referenceSpeakers - score.hypothesisSpeakers)) / (scores.length || 1),
  };
  return { overall, files: scores, warnings };
}

function fileScore(file: FileInput, der: FileDer): Omit<FileScore, 'jer' | 'clustering'> {
  const { fileId, totalSec, missedSec, falseAlarmSec, confusionSec } = der;
  return {
    fileId,
    totalSec,
    missedSec,
    falseAlarmSec,
    confusionSec,
    ...ratesOf(der),
    referenceSpeakers: file.reference.length,
    hypothesisSpeakers: file.hypothesis.length,
    mapping: Object.fromEntries(der.mapping),
  };
}

function overallJer(scores: readonly FileScore[], speakerErrors: readonly number[]): number {
  if (speakerErrors.length > 0) return speakerErrors.reduce((sum, error) => sum + error, 0) / speakerErrors.length;
  return scores.some((score) => score.hypothesisSpeakers > 0) ? 1 : 0;
}
