import { stat } from 'node:fs/promises';
import { AppError } from '#shared/api/errors.ts';
import type { MediaChoice, MediaItem, MediaProbe } from '#shared/domain/media.ts';
import { statMatches } from '#media/identity.ts';
import type { Store } from '#store/store.ts';
import type { Handlers } from './dispatch.ts';
import type { ExaminedFile } from './media-add.ts';
import { examineFiles, planAdd } from './media-add.ts';
import { findMoved } from './relink.ts';
import type { Services } from './services.ts';

type MediaHandlers = Pick<
  Handlers,
  'media.list' | 'media.add' | 'media.remove' | 'media.setChoice' | 'media.relink' | 'media.sources'
>;

/** A file that is gone says so, whatever its labels' state; the project itself does not look at the disk. */
async function withPresence(item: MediaItem): Promise<MediaItem> {
  const info = await stat(item.path).catch(() => null);
  return info?.isFile() ? item : { ...item, state: 'missing' };
}

/** @throws AppError bad-input when the file has no such stream or channel, or the range is empty */
function checkChoice(choice: MediaChoice, probe: MediaProbe): void {
  const stream =
    choice.audioStream === null ? probe.audio[0] : probe.audio.find(({ index }) => index === choice.audioStream);
  if (!stream && choice.audioStream !== null) {
    throw new AppError('bad-input', `The file has no audio stream ${choice.audioStream}.`);
  }
  if (choice.channel !== 'mix' && choice.channel >= (stream?.channels ?? 0)) {
    throw new AppError(
      'bad-input',
      `The stream has ${stream?.channels ?? 0} channels; there is no channel ${choice.channel + 1}.`,
    );
  }
  if (choice.range && !(choice.range.startSec < Math.min(choice.range.endSec, probe.durationSec))) {
    throw new AppError('bad-input', 'The time range is empty or lies after the end of the file.');
  }
}

/** A file of the project that is gone from its old place and was given again from a new one: it has moved. */
async function relinkKnown(
  store: Store,
  examined: readonly ExaminedFile[],
  known: ReadonlyMap<string, MediaItem>,
): Promise<void> {
  if (store.readOnly) return;
  for (const { path, identity } of examined) {
    const item = known.get(identity.hash);
    if (item && item.path !== path && !(await stat(item.path).catch(() => null))) {
      await store.updateMedia(item.id, { path, identity });
    }
  }
}

export const mediaHandlers = (services: Services): MediaHandlers => {
  const { events } = services;
  const doubtLimit = () => services.settings.get().doubtLimit;
  return {
    'media.list': async () => Promise.all((await services.session().store.listMedia(doubtLimit())).map(withPresence)),

    'media.add': async ({ paths, diarize }) => {
      const { store, scheduler } = services.session();
      const examined = await examineFiles(await services.tools(), paths);
      const plan = planAdd(examined, await store.listMedia());
      const added = plan.fresh.length > 0 ? await store.addMedia(plan.fresh) : [];
      for (const item of added) {
        await scheduler.enqueue({
          mediaId: item.id,
          kind: diarize && item.probe.audio.length > 0 ? 'diarize' : 'ingest',
        });
      }
      if (added.length > 0) events.emit({ type: 'media.changed', mediaId: null });
      await relinkKnown(store, examined, plan.known);
      const byHash = new Map([...plan.known.values(), ...added].map((item) => [item.identity.hash, item]));
      // In the order asked; the state may have moved on with the job.
      const ids = new Set(examined.map((file) => byHash.get(file.identity.hash)?.id).filter((id) => id !== undefined));
      return Promise.all([...ids].map(async (id) => store.getMedia(id, doubtLimit())));
    },

    'media.remove': async ({ mediaId }) => {
      const { store, scheduler } = services.session();
      await scheduler.cancelMedia(mediaId);
      await store.removeMedia(mediaId);
      events.emit({ type: 'media.changed', mediaId: null });
      return {};
    },

    'media.setChoice': async ({ mediaId, choice }) => {
      const { store, scheduler } = services.session();
      checkChoice(choice, (await store.getMedia(mediaId)).probe);
      await store.updateMedia(mediaId, { choice });
      // The waveform follows what is listened to; labels wait until the person runs a system again.
      await scheduler.enqueue({ mediaId, kind: 'ingest' });
      events.emit({ type: 'media.changed', mediaId });
      return store.getMedia(mediaId, doubtLimit());
    },

    'media.relink': async ({ folder }) => {
      const { store } = services.session();
      const items = await store.listMedia();
      const present = await Promise.all(items.map((item) => statMatches(item.identity, item.path)));
      const missing = items.filter((_item, index) => !present[index]);
      const found = await findMoved(folder, missing);
      for (const { mediaId, path, identity } of found) await store.updateMedia(mediaId, { path, identity });
      if (found.length > 0) events.emit({ type: 'media.changed', mediaId: null });
      const relinked = new Set(found.map(({ mediaId }) => mediaId));
      return {
        relinked: [...relinked],
        stillMissing: missing.filter(({ id }) => !relinked.has(id)).map(({ id }) => id),
      };
    },

    'media.sources': async ({ mediaId }) => services.sources(await services.session().store.getMedia(mediaId)),
  };
};
