import type { ApiClient, ApiEvent } from '#shared/api/contract.ts';
import { toErrorData } from '#shared/api/errors.ts';
import type { Job } from '#shared/domain/job.ts';
import { i18next } from '../i18n/index.ts';
import { setTheme } from '../ui/theme.ts';
import { useAppStore, type AppState } from './app-store.ts';
import { followModels } from './models-store.ts';
import { useReviewStore } from './review-store.ts';
import { viewMemory } from './view-memory.ts';
import { followVoices } from './voices-store.ts';

/** Bring both stores to life on this client and keep them true. Returns the function that lets go. */
export function connectStores(api: ApiClient): () => void {
  const app = useAppStore;
  const review = useReviewStore;
  app.setState({ api });
  review.getState().connect(api);

  const report = (thrown: unknown): void => app.getState().report(thrown);

  const loadProject = async (): Promise<void> => {
    const [project, media, jobs, view] = await Promise.all([
      api.call('project.get', {}),
      api.call('media.list', {}),
      api.call('jobs.list', {}),
      api.call('project.getView', {}),
    ]);
    const another = app.getState().project?.id !== project.id;
    app.setState({ project, media, jobs });
    const reason = project.readOnly ? (project.readOnlyReason ?? 'This project is open read-only.') : null;
    review.setState({ readOnlyReason: reason, ...(reason === null ? {} : { saveState: 'read-only' as const }) });
    if (reason === null && review.getState().saveState === 'read-only') review.setState({ saveState: 'saved' });
    if (!another) return;
    viewMemory.load(view, api, project.readOnly);
    const last = viewMemory.get('review.mediaId');
    const first = media.find((item) => item.id === last) ?? media.find((item) => item.state !== 'missing') ?? media[0];
    app.setState({ view: first ? 'review' : 'library' });
    await review.getState().open(first?.id ?? null);
  };

  const boot = async (): Promise<void> => {
    try {
      const [info, settings, systems] = await Promise.all([
        api.call('app.info', {}),
        api.call('settings.get', {}),
        api.call('systems.list', {}),
      ]);
      app.setState({ info, settings, systems });
      for (const { level, text, error } of info.notices) app.getState().notify(level, text, error);
      await loadProject();
      const { project, media, settings: known } = app.getState();
      app.setState({
        booted: true,
        bootError: null,
        overlay: !known.tourSeen && project && media.length > 0 ? 'tour' : null,
      });
    } catch (thrown) {
      app.setState({ bootError: toErrorData(thrown) });
    }
  };

  const reloadMedia = (): void => {
    void api.call('media.list', {}).then((media) => app.setState({ media }), report);
  };

  /** What ends badly while a person works elsewhere is said at once; the list of jobs keeps it. */
  const sayFailure = (job: Job, before: Job['state'] | undefined): void => {
    if (before === undefined || !job.error || (job.state !== 'failed' && job.state !== 'quarantined')) return;
    const name = app.getState().media.find((item) => item.id === job.mediaId)?.name ?? '';
    review.getState().say(i18next.t('jobs.failedSay', { name, message: job.error.message }), 'problem', job.error);
  };

  /** What nets run on, and why not elsewhere, is known after the first of them have run. */
  const refreshInfo = (): void => {
    void api.call('app.info', {}).then((info) => app.setState({ info }), report);
  };

  const receive = (event: ApiEvent): void => {
    review.getState().receive(event);
    if (event.type === 'job.changed') {
      const before = app.getState().jobs.find((job) => job.id === event.job.id)?.state;
      app.getState().putJob(event.job);
      if (before !== event.job.state) {
        reloadMedia();
        sayFailure(event.job, before);
        if (event.job.state === 'done') refreshInfo();
      }
    } else if (event.type === 'media.changed') reloadMedia();
    else if (event.type === 'project.changed') void loadProject().catch(report);
    else if (event.type === 'notice') app.getState().notify(event.level, event.text, event.error);
  };

  /** Answers that a person wants to use as soon as they are there. */
  const adoptDone = ({ jobs, adoptJobIds }: AppState): void => {
    for (const job of jobs) {
      if (!adoptJobIds.has(job.id) || job.state === 'queued' || job.state === 'running') continue;
      app.setState({ adoptJobIds: new Set([...adoptJobIds].filter((id) => id !== job.id)) });
      if (job.hypothesisId === null || review.getState().media?.id !== job.mediaId) continue;
      void review.getState().apply({ op: 'hypothesis.adopt', hypothesisId: job.hypothesisId });
    }
  };

  let wasLost = false;
  const stops = [
    api.on(receive),
    api.onConnection((connected) => {
      app.setState({ connected });
      if (connected && wasLost) {
        // Events were missed meanwhile: read all again.
        void loadProject()
          .then(() => review.getState().open(review.getState().media?.id ?? null))
          .catch(report);
      }
      wasLost = !connected && app.getState().booted;
    }),
    app.subscribe((state, before) => {
      if (state.settings.theme !== before.settings.theme) setTheme(state.settings.theme);
      if (state.settings.playOnSelect !== before.settings.playOnSelect)
        review.setState({ playOnSelect: state.settings.playOnSelect });
    }),
    app.subscribe((state, before) => {
      if (state.jobs !== before.jobs && state.adoptJobIds.size > 0) adoptDone(state);
    }),
    review.subscribe((state, before) => {
      if (state.media && state.media.id !== before.media?.id) viewMemory.set('review.mediaId', state.media.id);
    }),
  ];
  void boot();
  const letVoicesGo = followVoices(api);
  const letModelsGo = followModels(api);
  return () => {
    letVoicesGo();
    letModelsGo();
    for (const stop of stops) stop();
  };
}
