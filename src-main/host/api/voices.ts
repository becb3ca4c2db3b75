import path from 'node:path';
import type { ApiParsedInput, EnrolledVoiceInfo } from '#shared/api/contract.ts';
import { AppError } from '#shared/api/errors.ts';
import type { MediaItem } from '#shared/domain/media.ts';
import type { DocRecord } from '#shared/domain/records.ts';
import { proposeNames, type EnrolledVoice } from '#shared/domain/enrolled-voice.ts';
import { voicePrintModels, type VoiceSpan } from '#shared/engine/voice-prints.ts';
import { freshIdentity } from '#jobs/fresh-identity.ts';
import { readCohort } from '#jobs/voices/cohort.ts';
import { clipPrint, makeVoice, type ClipPrint } from '#jobs/voices/make-voice.ts';
import { readVoices, removeVoice, renameVoice, saveVoice } from '#jobs/voices/voice-book.ts';
import { resolveModel } from '#models/registry.ts';
import { VoicePrinter } from '../voice-prints.ts';
import type { Handlers } from './dispatch.ts';
import { examineFiles } from './media-add.ts';
import type { Services } from './services.ts';
import type { Tasks } from './tasks.ts';

type VoiceHandlers = Pick<
  Handlers,
  'voices.list' | 'voices.enrol' | 'voices.rename' | 'voices.remove' | 'voices.proposals'
>;
type Enrolment = ApiParsedInput<'voices.enrol'>;
type Heard = { signal: AbortSignal; onProgress: (share: number) => void };

/** How a file is listened to whose sound nobody has chosen. */
const wholeFile: MediaItem['choice'] = { audioStream: null, channel: 'mix', range: null };

/** Who speaks when in the labels of a file, by speaker id. */
const spansOf = (records: readonly DocRecord[]): VoiceSpan[] =>
  records.flatMap((record) =>
    record.kind === 'segment' ? [{ speaker: record.speakerId, startSec: record.startSec, endSec: record.endSec }] : [],
  );

/** Hashes of the nets of this version, as voices carry them; null where a net cannot be used. */
async function presentModel(dirs: readonly string[]): Promise<string | null> {
  try {
    const models = await Promise.all(voicePrintModels.map((id) => resolveModel(id, dirs)));
    return models.map(({ sha256 }) => sha256).join(' ');
  } catch {
    return null;
  }
}

const shown = (
  { name, speechSec, clips, enrolledMs, model }: EnrolledVoice,
  now: string | null,
): EnrolledVoiceInfo => ({
  name,
  speechSec,
  clips,
  enrolledMs,
  comparable: model === now,
});

function refuseTaken(name: string, voices: readonly EnrolledVoice[], replace: boolean): void {
  if (replace || !voices.some((voice) => voice.name === name)) return;
  throw new AppError('conflict', `A voice is enrolled as ${name} already.`, {
    fix: 'Replace it, or choose another name.',
  });
}

export const voiceHandlers = (services: Services, tasks: Tasks): VoiceHandlers => {
  const printer = new VoicePrinter(services.engine);
  /** The book is read, changed and written by one at a time. */
  let changing: Promise<unknown> = Promise.resolve();
  const change = async <T>(work: () => Promise<T>): Promise<T> => {
    const run = changing.then(work);
    changing = run.catch(() => undefined);
    const result = await run;
    services.events.emit({ type: 'voices.changed' });
    return result;
  };

  const fromFiles = async (paths: readonly string[], { signal, onProgress }: Heard): Promise<ClipPrint[]> => {
    const files = await examineFiles(await services.tools(), paths);
    const parts: ClipPrint[] = [];
    for (const [at, file] of files.entries()) {
      const prints = await printer.print({ ...file, choice: wholeFile }, null, {
        signal,
        onProgress: ({ totalShare }) => onProgress((at + totalShare) / files.length),
      });
      parts.push(clipPrint(path.basename(file.path), file.path, prints));
    }
    return parts;
  };

  const fromSpeaker = async (mediaId: string, speakerId: string, heard: Heard): Promise<ClipPrint[]> => {
    const { store } = services.session();
    const [media, { records }] = await Promise.all([freshIdentity(store, mediaId), store.getDocument(mediaId)]);
    const speaker = records.find((record) => record.kind === 'speaker' && record.id === speakerId);
    if (speaker?.kind !== 'speaker') throw new AppError('not-found', 'This speaker is not in the file.');
    const { model, prints } = await printer.print(media, spansOf(records), {
      signal: heard.signal,
      onProgress: ({ totalShare }) => heard.onProgress(totalShare),
    });
    const print = prints.find((one) => one.speaker === speakerId);
    if (!print) {
      throw new AppError('bad-input', `${speaker.name} does not speak alone anywhere in this file.`, {
        file: media.path,
        fix: 'Take another file, or clips in which only that person speaks.',
      });
    }
    return [{ clip: media.name, model, vector: print.vector, speechSec: print.speechSec }];
  };

  const enrol = async ({ name, source, replace }: Enrolment, heard: Heard): Promise<EnrolledVoiceInfo> => {
    refuseTaken(name, await readVoices(), replace);
    const parts =
      source.kind === 'files'
        ? await fromFiles(source.paths, heard)
        : await fromSpeaker(source.mediaId, source.speakerId, heard);
    const voice = makeVoice(name, parts);
    return change(async () => {
      refuseTaken(name, await readVoices(), replace);
      await saveVoice(voice);
      return shown(voice, voice.model);
    });
  };

  return {
    'voices.list': async () => {
      const [voices, model] = await Promise.all([readVoices(), presentModel(services.modelDirs)]);
      return voices.map((voice) => shown(voice, model));
    },
    'voices.enrol': (input) => tasks.run(input.taskId, (signal, onProgress) => enrol(input, { signal, onProgress })),
    'voices.rename': async ({ from, to }) => {
      await change(() => renameVoice(from, to));
      return {};
    },
    'voices.remove': async ({ name }) => {
      if (!(await change(() => removeVoice(name)))) {
        throw new AppError('not-found', `No voice of the name ${name} is enrolled.`);
      }
      return {};
    },
    'voices.proposals': async ({ mediaId }) => {
      const { store } = services.session();
      const [voices, { records }] = await Promise.all([readVoices(), store.getDocument(mediaId)]);
      const spans = spansOf(records);
      if (voices.length === 0 || spans.length === 0) return [];
      const prints = await printer.print(await freshIdentity(store, mediaId), spans);
      const proposals = proposeNames(prints, voices, await readCohort(services.modelDirs));
      return proposals.map(({ speaker, ...proposal }) => ({ speakerId: speaker, ...proposal }));
    },
  };
};
