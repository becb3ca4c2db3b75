import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { parseRttm } from '#shared/formats/rttm.ts';
import type { Turn } from '#shared/formats/turn.ts';
import { z } from 'zod';

/** A recording with a reference. */
export interface ReferenceClip {
  /** Collection it belongs to. */
  set: string;
  id: string;
  /** Absolute path of the recording. */
  path: string;
  turns: Turn[];
}

const turn = (fileId: string, startSec: number, endSec: number, speaker: string): Turn => ({
  fileId,
  channel: '1',
  startSec,
  endSec,
  speaker,
  confidence: null,
});

/** Every recording below ../shared/data whose speakers somebody (not a system) wrote down. */
export async function readReferences(dataDir: string): Promise<ReferenceClip[]> {
  const at = (...parts: string[]): string => path.join(dataDir, ...parts);
  const clips: ReferenceClip[] = [];
  const rttm = async (file: string): Promise<Turn[]> => parseRttm(await readFile(file, 'utf8'), { file }).turns;

  const falcon = z
    .object({
      tests: z.object({
        diarization_tests: z.array(
          z.object({
            segments: z.array(z.object({ start_sec: z.number(), end_sec: z.number(), speaker_tag: z.number() })),
          }),
        ),
      }),
    })
    .parse(JSON.parse(await readFile(at('audio/picovoice_falcon/resources/.test/test_data.json'), 'utf8')));
  clips.push({
    set: 'falcon',
    id: 'test',
    path: at('audio/picovoice_falcon/resources/audio_samples/test.wav'),
    turns: falcon.tests.diarization_tests[0]!.segments.map((one) =>
      turn('test', one.start_sec, one.end_sec, String(one.speaker_tag)),
    ),
  });

  const sample = await rttm(at('audio/pyannote_sample/sample.rttm'));
  clips.push({ set: 'pyannote', id: 'sample', path: at('audio/pyannote_sample/sample.wav'), turns: sample });

  const lines = (await readFile(at('audio/pyAudioAnalysis/diarizationExample.segments'), 'utf8')).trim().split('\n');
  clips.push({
    set: 'pyAudioAnalysis',
    id: 'diarizationExample',
    path: at('audio/pyAudioAnalysis/diarizationExample.wav'),
    turns: lines.map((line) => {
      const [start, end, speaker] = line.trim().split(/\s+/u);
      return turn('diarizationExample', Number(start), Number(end), speaker!);
    }),
  });

  const meetings = await rttm(at('audio/pyannote_ami_debug/debug.train.rttm'));
  const files = (await readdir(at('audio/pyannote_ami_debug'))).filter((name) => /^tr.*\.wav$/u.test(name)).sort();
  for (const name of files) {
    // The file whose name is not ASCII on purpose is trn00 in the reference.
    const id = path.parse(name).name.normalize('NFD').replace(/\p{M}/gu, '');
    const turns = meetings.filter((one) => one.fileId === id);
    if (turns.length > 0) clips.push({ set: 'ami', id, path: at('audio/pyannote_ami_debug', name), turns });
  }

  for (const set of ['libri_conv', 'grid_av']) {
    const folder = at('composed', set, 'dev');
    for (const name of (await readdir(folder)).sort()) {
      if (!name.endsWith('.rttm')) continue;
      const id = path.parse(name).name;
      const media = path.join(folder, `${id}.${set === 'grid_av' ? 'mp4' : 'flac'}`);
      clips.push({ set, id, path: media, turns: await rttm(path.join(folder, name)) });
    }
  }
  return clips;
}
