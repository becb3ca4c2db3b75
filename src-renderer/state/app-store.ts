import { create } from 'zustand';
import type { ApiClient, AppInfo, Project, Settings, SystemInfo } from '#shared/api/contract.ts';
import { toErrorData } from '#shared/api/errors.ts';
import type { AppErrorData } from '#shared/api/errors.ts';
import { defaultDoubtLimit } from '#shared/domain/doubt.ts';
import type { Job } from '#shared/domain/job.ts';
import type { MediaItem } from '#shared/domain/media.ts';

/** Everything of the window that is not the file under review. */
export const views = ['library', 'review', 'curate', 'models', 'settings', 'help'] as const;
export type View = (typeof views)[number];

/** At most one is open. */
export type Overlay =
  | 'palette'
  | 'keys'
  | 'tour'
  | 'add-files'
  | 'pick-speaker'
  | 'merge-speakers'
  | 'relink'
  | 'voices'
  | 'run-again'
  /** Run again, asked for the number of speakers. */
  | 'set-count'
  | 'export'
  | 'jobs';

/** Something a person should read; it stays until they dismiss it. */
export interface Notice {
  readonly id: number;
  readonly level: 'info' | 'warning' | 'error';
  readonly text: string;
  readonly error: AppErrorData | null;
}

export const defaultSettings: Settings = {
  theme: 'system',
  playOnSelect: true,
  follow: 'page',
  ffmpegPath: null,
  cacheLimitBytes: 20 * 2 ** 30,
  doubtLimit: defaultDoubtLimit,
  modelMirror: null,
  tourSeen: true,
};

export interface AppState {
  api: ApiClient | null;
  /** `null` until the host has answered for the first time. */
  bootError: AppErrorData | null;
  booted: boolean;
  connected: boolean;
  info: AppInfo | null;
  project: Project | null;
  settings: Settings;
  media: readonly MediaItem[];
  jobs: readonly Job[];
  systems: readonly SystemInfo[];
  view: View;
  overlay: Overlay | null;
  /** The list of segments beside the timeline. */
  listShown: boolean;
  notices: readonly Notice[];

  setView: (view: View) => void;
  openOverlay: (overlay: Overlay) => void;
  closeOverlay: () => void;
  notify: (level: Notice['level'], text: string, error?: AppErrorData) => void;
  /** Show a failure: what happened, to which file, the way out. Being cancelled is no failure. */
  report: (thrown: unknown) => void;
  dismiss: (noticeId: number) => void;
  saveSettings: (patch: Partial<Settings>) => Promise<void>;
  putJob: (job: Job) => void;
  /** Jobs whose answer becomes the labels as soon as it is there. */
  adoptJobIds: ReadonlySet<string>;
  adoptWhenDone: (jobId: string) => void;
}

let nextNotice = 1;

export const useAppStore = create<AppState>()((set, get) => ({
  api: null,
  bootError: null,
  booted: false,
  connected: true,
  info: null,
  project: null,
  settings: defaultSettings,
  media: [],
  jobs: [],
  systems: [],
  view: 'review',
  overlay: null,
  listShown: false,
  notices: [],

  setView: (view) => set({ view, overlay: null }),
  openOverlay: (overlay) => set({ overlay }),
  closeOverlay: () => set({ overlay: null }),
  notify: (level, text, error) => {
    // The same words twice are one notice.
    if (get().notices.some((notice) => notice.text === text)) return;
    set({ notices: [...get().notices, { id: nextNotice++, level, text, error: error ?? null }] });
  },
  report: (thrown) => {
    const error = toErrorData(thrown);
    if (error.code !== 'cancelled') get().notify('error', error.message, error);
  },
  dismiss: (noticeId) => set({ notices: get().notices.filter((notice) => notice.id !== noticeId) }),
  saveSettings: async (patch) => {
    const { api, settings } = get();
    set({ settings: { ...settings, ...patch } });
    if (!api) return;
    try {
      set({ settings: await api.call('settings.set', patch) });
    } catch (thrown) {
      set({ settings });
      get().report(thrown);
    }
  },
  adoptJobIds: new Set(),
  adoptWhenDone: (jobId) => set({ adoptJobIds: new Set(get().adoptJobIds).add(jobId) }),
  putJob: (job) => {
    const others = get().jobs.filter((one) => one.id !== job.id);
    set({ jobs: [...others, job].sort((a, b) => a.createdMs - b.createdMs) });
  },
}));

/** Is there work under way or waiting for this file? */
export function activeJobOf(jobs: readonly Job[], mediaId: string): Job | undefined {
  return jobs.findLast((job) => job.mediaId === mediaId && (job.state === 'running' || job.state === 'queued'));
}
