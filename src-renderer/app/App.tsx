import { Tooltip } from 'radix-ui';
import { useEffect } from 'react';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { CurateView } from '../features/curate/CurateView.tsx';
import { HelpView } from '../features/help/HelpView.tsx';
import { KeysSheet } from '../features/help/KeysSheet.tsx';
import { Tour } from '../features/help/Tour.tsx';
import { AddFilesDialog } from '../features/library/AddFilesDialog.tsx';
import { LibraryView } from '../features/library/LibraryView.tsx';
import { RelinkDialog } from '../features/library/RelinkDialog.tsx';
import { ModelsView } from '../features/models/ModelsView.tsx';
import { MergeSpeakersDialog } from '../features/review/MergeSpeakersDialog.tsx';
import { PickSpeakerDialog } from '../features/review/PickSpeakerDialog.tsx';
import { SettingsView } from '../features/settings/SettingsView.tsx';
import { VoicesDialog } from '../features/voices/VoicesDialog.tsx';
import { useAppStore } from '../state/app-store.ts';
import type { Overlay, View } from '../state/app-store.ts';
import { useReviewStore } from '../state/review-store.ts';
import { ErrorBox } from '../ui/ErrorBox.tsx';
import styles from './App.module.css';
import { Banners } from './Banners.tsx';
import { CommandPalette } from './CommandPalette.tsx';
import { ReviewView } from './ReviewView.tsx';
import { StatusBar } from './StatusBar.tsx';
import { TitleBar } from './TitleBar.tsx';
import { wireWindow } from './wiring.ts';

const viewOf: Record<View, () => ReactElement> = {
  library: LibraryView,
  review: ReviewView,
  curate: CurateView,
  models: ModelsView,
  settings: SettingsView,
  help: HelpView,
};

/** Export, run again and jobs are popovers of the title bar and open there. */
const overlayOf: Partial<Record<Overlay, () => ReactElement>> = {
  palette: CommandPalette,
  keys: KeysSheet,
  tour: Tour,
  'add-files': AddFilesDialog,
  'pick-speaker': PickSpeakerDialog,
  'merge-speakers': MergeSpeakersDialog,
  relink: RelinkDialog,
  voices: VoicesDialog,
};

/** The window: title bar, banners, the view that was chosen, status line. */
export function App(): ReactElement {
  const { t } = useTranslation();
  const view = useAppStore((state) => state.view);
  const overlay = useAppStore((state) => state.overlay);
  const booted = useAppStore((state) => state.booted);
  const bootError = useAppStore((state) => state.bootError);
  const projectName = useAppStore((state) => state.project?.name);
  const fileName = useReviewStore((state) => state.media?.name);
  useEffect(() => wireWindow(window), []);
  useEffect(() => {
    document.title = [fileName, projectName, t('app.name')].filter(Boolean).join(' · ');
  }, [fileName, projectName, t]);
  const CurrentView = viewOf[view];
  const CurrentOverlay = overlay === null ? undefined : overlayOf[overlay];
  return (
    <Tooltip.Provider delayDuration={400}>
      <div className={styles.window}>
        <TitleBar />
        <Banners />
        <main className={styles.view} data-view={view}>
          {bootError ? (
            <div className={styles.boot}>
              <h1>{t('app.bootFailed')}</h1>
              <ErrorBox error={bootError} />
            </div>
          ) : booted ? (
            <CurrentView />
          ) : (
            <p className={styles.boot} role="status">
              {t('app.connecting')}
            </p>
          )}
        </main>
        <StatusBar />
      </div>
      {booted && CurrentOverlay && <CurrentOverlay />}
    </Tooltip.Provider>
  );
}
