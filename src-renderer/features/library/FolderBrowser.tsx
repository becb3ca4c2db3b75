import { CornerLeftUp, FileAudio, FileBox, Folder as FolderIcon, SquareCheck } from 'lucide-react';
import { useEffect, useId, useRef, useState } from 'react';
import type { KeyboardEvent, ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { DirectoryEntry } from '#shared/api/contract.ts';
import { Button, MiddleText, controls } from '../../ui/controls.tsx';
import { ErrorBox } from '../../ui/ErrorBox.tsx';
import { fileSize } from '../../ui/format.ts';
import styles from './FolderBrowser.module.css';
import { useFolder } from './use-folder.ts';

export interface FolderBrowserProps {
  start: string | null;
  /** Paths that are ticked; absent = only folders are chosen. */
  ticked?: ReadonlySet<string>;
  onToggle?: (entry: DirectoryEntry) => void;
  /** What kind of file can be ticked; absent = media. */
  fileKind?: DirectoryEntry['kind'];
  /** The folder that is shown now. */
  onFolder?: (path: string) => void;
}

function iconOf(kind: DirectoryEntry['kind'], isTicked: boolean): typeof FolderIcon {
  if (kind === 'directory') return FolderIcon;
  if (isTicked) return SquareCheck;
  return kind === 'model' ? FileBox : FileAudio;
}

/** Folders and media of the host's machine: a list for keys and pointer, and the path as text. */
export function FolderBrowser({
  start,
  ticked,
  onToggle,
  onFolder,
  fileKind = 'media',
}: FolderBrowserProps): ReactElement {
  const { t } = useTranslation();
  const [text, setText] = useState('');
  const [active, setActive] = useState(0);
  const { folder, error, go } = useFolder(start, ({ path }) => {
    setText(path);
    setActive(0);
    onFolder?.(path);
  });
  const listRef = useRef<HTMLDivElement>(null);
  const baseId = useId();
  const entries = (folder?.entries ?? []).filter(
    (entry) => entry.kind === 'directory' || (onToggle !== undefined && entry.kind === fileKind),
  );

  const at = Math.min(active, entries.length - 1);
  useEffect(() => {
    listRef.current?.querySelector('[data-active=true]')?.scrollIntoView({ block: 'nearest' });
  }, [at, folder]);

  const choose = (entry: DirectoryEntry): void => {
    if (entry.kind === 'directory') go(entry.path);
    else onToggle?.(entry);
  };

  const onKeyDown = (event: KeyboardEvent): void => {
    const entry = entries[at];
    const moves: Record<string, number> = {
      ArrowDown: at + 1,
      ArrowUp: at - 1,
      Home: 0,
      End: entries.length - 1,
      PageDown: at + 10,
      PageUp: at - 10,
    };
    const move = moves[event.key];
    if (move !== undefined) setActive(Math.max(0, Math.min(entries.length - 1, move)));
    else if ((event.key === 'Enter' || event.key === ' ') && entry) {
      if (!event.ctrlKey && !event.metaKey) choose(entry);
    } else if (event.key === 'Backspace' && folder?.parent != null) go(folder.parent);
    else if (event.key.length === 1 && !event.ctrlKey && !event.metaKey) {
      const letter = event.key.toLocaleLowerCase();
      const order = [...entries.keys()].map((offset) => (at + 1 + offset) % entries.length);
      const found = order.find((index) => entries[index]!.name.toLocaleLowerCase().startsWith(letter));
      if (found === undefined) return;
      setActive(found);
    } else return;
    event.preventDefault();
  };

  return (
    <>
      <form
        className={styles.path}
        onSubmit={(event) => {
          event.preventDefault();
          event.stopPropagation();
          go(text);
        }}
      >
        <Button
          icon
          aria-label={t('browse.up')}
          disabled={folder?.parent == null}
          onClick={() => folder?.parent != null && go(folder.parent)}
        >
          <CornerLeftUp size={14} aria-hidden />
        </Button>
        <input
          className={controls.input}
          value={text}
          aria-label={t('browse.path')}
          spellCheck={false}
          onChange={(event) => setText(event.target.value)}
        />
        <Button type="submit">{t('browse.go')}</Button>
      </form>
      {error && <ErrorBox error={error} />}
      <div
        ref={listRef}
        className={styles.list}
        role={entries.length > 0 ? 'listbox' : 'group'}
        tabIndex={0}
        data-autofocus
        aria-label={t('browse.entries')}
        aria-multiselectable={entries.length > 0 ? onToggle !== undefined : undefined}
        aria-activedescendant={entries[at] ? `${baseId}-${at}` : undefined}
        onKeyDown={onKeyDown}
      >
        {entries.map((entry, index) => {
          const isTicked = ticked?.has(entry.path) ?? false;
          const Icon = iconOf(entry.kind, isTicked);
          return (
            <div
              key={entry.path}
              id={`${baseId}-${index}`}
              className={styles.entry}
              role="option"
              aria-selected={isTicked}
              data-active={index === at}
              onClick={() => {
                setActive(index);
                if (entry.kind !== 'directory') choose(entry);
              }}
              onDoubleClick={() => entry.kind === 'directory' && choose(entry)}
            >
              <Icon size={15} aria-hidden />
              <span className={styles.name}>
                <MiddleText text={entry.name} />
              </span>
              {entry.kind === 'directory' ? (
                <span className="visually-hidden">{t('browse.folder')}</span>
              ) : (
                <span className={styles.size}>{entry.sizeBytes === null ? '' : fileSize(entry.sizeBytes)}</span>
              )}
            </div>
          );
        })}
        {folder && entries.length === 0 && (
          <p className={styles.none}>{t(onToggle ? 'browse.empty' : 'browse.noFolders')}</p>
        )}
      </div>
    </>
  );
}
