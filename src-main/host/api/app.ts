import type { Handlers } from './dispatch.ts';
import type { Services } from './services.ts';

type AppHandlers = Pick<Handlers, 'app.info' | 'settings.get' | 'settings.set'>;

export const appHandlers = (services: Services): AppHandlers => ({
  'app.info': async () => services.info(),
  'settings.get': async () => services.settings.get(),
  'settings.set': async (patch) => {
    // A key that is absent from the call may come as undefined over IPC: it changes nothing.
    const given = Object.fromEntries(Object.entries(patch).filter(([, value]) => value !== undefined));
    await services.checkSettings({ ...services.settings.get(), ...given });
    const before = services.settings.get().doubtLimit;
    const after = await services.settings.set(given);
    // The counts of doubtful segments follow.
    if (after.doubtLimit !== before) services.events.emit({ type: 'media.changed', mediaId: null });
    return after;
  },
});
