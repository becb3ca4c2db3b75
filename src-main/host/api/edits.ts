import type { DocumentChange } from '#shared/domain/document.ts';
import type { Handlers } from './dispatch.ts';
import type { Services } from './services.ts';

type EditHandlers = Pick<Handlers, 'document.get' | 'edit.apply' | 'edit.undo' | 'edit.redo' | 'edit.history'>;

export const editHandlers = (services: Services): EditHandlers => {
  const store = () => services.session().store;
  /** Every face hears of an edit, the one that made it too: views fold changes by revision. */
  const tell = (change: DocumentChange): DocumentChange => {
    services.events.emit({ type: 'document.changed', change });
    services.events.emit({ type: 'media.changed', mediaId: change.mediaId });
    return change;
  };
  return {
    'document.get': async ({ mediaId }) => store().getDocument(mediaId),
    'edit.apply': async ({ mediaId, baseRevision, op }) => tell(await store().apply(mediaId, baseRevision, op)),
    'edit.undo': async ({ mediaId, baseRevision }) => tell(await store().undo(mediaId, baseRevision)),
    'edit.redo': async ({ mediaId, baseRevision }) => tell(await store().redo(mediaId, baseRevision)),
    'edit.history': async ({ mediaId, limit }) => store().history(mediaId, limit),
  };
};
