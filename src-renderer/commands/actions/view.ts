import { app, review, reviewing } from '../action.ts';
import type { Action } from '../action.ts';
import type { View } from '../../state/app-store.ts';
import { useAppStore } from '../../state/app-store.ts';

const to = (view: View): Action => ({ run: () => app().setView(view) });

function openFile(direction: 1 | -1): Promise<void> | undefined {
  const { media } = app();
  const at = media.findIndex((item) => item.id === review().media?.id);
  const next = media[at + direction];
  return next && review().open(next.id);
}

export const viewActions = {
  'view.library': to('library'),
  'view.review': to('review'),
  'view.curate': to('curate'),
  'view.models': to('models'),
  'view.settings': to('settings'),
  'view.help': to('help'),
  'view.palette': { run: () => app().openOverlay('palette') },
  'view.keys': { run: () => app().openOverlay('keys') },
  'view.theme': {
    run: () => {
      const dark = document.documentElement.dataset['theme'] === 'dark';
      return app().saveSettings({ theme: dark ? 'light' : 'dark' });
    },
  },
  'view.list': { when: reviewing, run: () => useAppStore.setState({ listShown: !app().listShown }) },
  'file.add': {
    when: () => app().project?.readOnly === false,
    run: () => app().openOverlay('add-files'),
  },
  'file.next': { when: () => app().view === 'review', run: () => openFile(1) },
  'file.previous': { when: () => app().view === 'review', run: () => openFile(-1) },
  'file.runAgain': { when: reviewing, run: () => app().openOverlay('run-again') },
  'file.export': { when: reviewing, run: () => app().openOverlay('export') },
  'file.jobs': { run: () => app().openOverlay('jobs') },
} satisfies Record<string, Action>;
