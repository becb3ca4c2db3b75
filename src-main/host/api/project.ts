import type { Handlers } from './dispatch.ts';
import type { Services } from './services.ts';

type ProjectHandlers = Pick<Handlers, 'project.get' | 'project.open' | 'project.getView' | 'project.setView'>;

export const projectHandlers = (services: Services): ProjectHandlers => ({
  'project.get': async () => services.session().describe(),
  'project.open': async ({ path, create }) => {
    const session = await services.openProject(path, create);
    services.events.emit({ type: 'project.changed' });
    return session.describe();
  },
  'project.getView': async () => services.session().store.getView(),
  'project.setView': async ({ patch }) => {
    const { store } = services.session();
    // What one looks at is no change of the project: a read-only one simply forgets it.
    if (!store.readOnly) await store.setView(patch);
    return {};
  },
});
