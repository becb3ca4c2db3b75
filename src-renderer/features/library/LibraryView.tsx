import { AudioLines, FileStack, Film, FolderSearch, Plus } from 'lucide-react';
import { useState } from 'react';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { MediaItem } from '#shared/domain/media.ts';
import { command } from '../../commands/registry.ts';
import { useAppStore } from '../../state/app-store.ts';
import { useReviewStore } from '../../state/review-store.ts';
import { Button, Empty, MiddleText, classes, controls } from '../../ui/controls.tsx';
import { Dialog } from '../../ui/Dialog.tsx';
import { clockTime, fileSize } from '../../ui/format.ts';
import { Chord, CommandButton } from '../../ui/keys.tsx';
import { MoreMenu } from '../../ui/Menu.tsx';
import view from '../../ui/View.module.css';
import styles from './Library.module.css';
import { StateMark } from './state-mark.tsx';

function RemoveDialog({ item, onClose }: { item: MediaItem; onClose: () => void }): ReactElement {
  const { t } = useTranslation();
  const api = useAppStore((state) => state.api);
  const report = useAppStore((state) => state.report);
  const remove = async (): Promise<void> => {
    onClose();
    if (!api) return;
    try {
      await api.call('media.remove', { mediaId: item.id });
      const media = await api.call('media.list', {});
      useAppStore.setState({ media });
      const { media: open, open: openFile } = useReviewStore.getState();
      if (open?.id === item.id) await openFile(media[0]?.id ?? null);
    } catch (thrown) {
      report(thrown);
    }
  };
  return (
    <Dialog
      title={t('files.removeTitle', { name: item.name })}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{t('app.cancel')}</Button>
          <Button className={controls.danger} data-autofocus onClick={() => void remove()}>
            {t('files.removeDo')}
          </Button>
        </>
      }
    >
      <p>{t('files.removeText')}</p>
    </Dialog>
  );
}

/** All files of the project: what state they are in, how much there is to do. */
export function LibraryView(): ReactElement {
  const { t } = useTranslation();
  const media = useAppStore((state) => state.media);
  const readOnly = useAppStore((state) => state.project?.readOnly !== false);
  const openOverlay = useAppStore((state) => state.openOverlay);
  const setView = useAppStore((state) => state.setView);
  const openId = useReviewStore((state) => state.media?.id);
  const [filter, setFilter] = useState('');
  const [removing, setRemoving] = useState<MediaItem | null>(null);
  const wanted = filter.trim().toLocaleLowerCase();
  const shown = media.filter((item) => item.name.toLocaleLowerCase().includes(wanted));
  const missing = media.some((item) => item.state === 'missing');
  const open = (item: MediaItem): void => {
    setView('review');
    if (item.id !== openId) void useReviewStore.getState().open(item.id);
  };
  const add = (
    <CommandButton id="file.add" tone="primary" disabled={readOnly}>
      <Plus size={14} aria-hidden /> {t('files.add')}
    </CommandButton>
  );
  if (media.length === 0) {
    return (
      <div className={view.view}>
        <Empty icon={<FileStack size={36} aria-hidden />} title={t('files.none')} text={t('files.noneText')}>
          {add}
          <Chord chord={command('file.add').keys[0]!} />
        </Empty>
      </div>
    );
  }
  return (
    <div className={view.view}>
      <div className={view.page}>
        <header>
          <div>
            <h1>{t('commands.view.library')}</h1>
          </div>
          <div className={styles.tools}>
            <input
              className={controls.input}
              type="search"
              value={filter}
              placeholder={t('files.filter')}
              aria-label={t('files.filter')}
              onChange={(event) => setFilter(event.target.value)}
            />
            {missing && (
              <Button onClick={() => openOverlay('relink')}>
                <FolderSearch size={14} aria-hidden /> {t('files.find')}
              </Button>
            )}
            {add}
          </div>
        </header>
        <div className={view.framed}>
          <table className={classes(view.table, styles.table)}>
            <thead>
              <tr>
                <th scope="col">{t('files.name')}</th>
                <th scope="col">{t('files.state')}</th>
                <th scope="col" className={view.num}>
                  {t('files.length')}
                </th>
                <th scope="col" className={view.num}>
                  {t('files.speakers')}
                </th>
                <th scope="col" className={view.num}>
                  {t('files.turns')}
                </th>
                <th scope="col" className={view.num}>
                  {t('files.doubts')}
                </th>
                <th scope="col" className={view.num}>
                  {t('files.size')}
                </th>
                <th scope="col">
                  <span className="visually-hidden">{t('files.more', { name: '' })}</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {shown.map((item) => {
                const Icon = item.probe.video.length > 0 ? Film : AudioLines;
                return (
                  <tr
                    key={item.id}
                    className={styles.row}
                    data-open={item.id === openId}
                    onDoubleClick={() => open(item)}
                  >
                    <td className={view.wide}>
                      <button type="button" className={styles.name} title={item.path} onClick={() => open(item)}>
                        <Icon size={15} aria-hidden />
                        <MiddleText text={item.name} />
                      </button>
                    </td>
                    <td>
                      <StateMark item={item} />
                    </td>
                    <td className={view.num}>{clockTime(item.probe.durationSec)}</td>
                    <td className={view.num}>{item.speakerCount || '–'}</td>
                    <td className={view.num}>{item.segmentCount || '–'}</td>
                    <td className={view.num}>{item.segmentCount > 0 ? item.doubtCount : '–'}</td>
                    <td className={view.num}>{fileSize(item.identity.sizeBytes)}</td>
                    <td>
                      <MoreMenu
                        label={t('files.more', { name: item.name })}
                        items={[
                          { label: t('files.open'), onSelect: () => open(item) },
                          {
                            label: t('files.remove'),
                            danger: true,
                            disabled: readOnly,
                            onSelect: () => setRemoving(item),
                          },
                        ]}
                      />
                    </td>
                  </tr>
                );
              })}
              {shown.length === 0 && (
                <tr>
                  <td colSpan={8}>{t('files.noMatch', { text: filter })}</td>
                </tr>
              )}
            </tbody>
          </table>
        </div>
      </div>
      {removing && <RemoveDialog item={removing} onClose={() => setRemoving(null)} />}
    </div>
  );
}
