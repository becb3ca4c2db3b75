import type { Handlers } from './dispatch.ts';
import type { Services } from './services.ts';

export const qualityHandlers = (services: Services): Pick<Handlers, 'quality.get'> => ({
  'quality.get': async ({ mediaId }) => {
    const { store } = services.session();
    const [item, document] = await Promise.all([store.getMedia(mediaId), store.getDocument(mediaId)]);
    return services.quality(item, document.records);
  },
});
