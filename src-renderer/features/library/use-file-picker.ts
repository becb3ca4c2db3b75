import { useState } from 'react';
import type { DirectoryEntry } from '#shared/api/contract.ts';
import { viewMemory } from '../../state/view-memory.ts';
import type { FolderBrowserProps } from './FolderBrowser.tsx';

export interface FilePicker {
  ticked: ReadonlySet<string>;
  clear: () => void;
  /** For {@link FolderBrowser}, whose ticks these are. */
  browser: Required<Pick<FolderBrowserProps, 'start' | 'ticked' | 'onFolder' | 'onToggle'>>;
}

/**
 * Which files are ticked in a browser of folders, and the folder that is opened next time.
 * @param folderKey under which the folder is remembered
 * @param single another file takes the place of the ticked one
 */
export function useFilePicker(folderKey: string, { single = false } = {}): FilePicker {
  const [ticked, setTicked] = useState<ReadonlySet<string>>(new Set());
  const last = viewMemory.get(folderKey);
  const onToggle = ({ path }: DirectoryEntry): void =>
    setTicked((before) => {
      const next = new Set(before);
      if (next.delete(path)) return next;
      if (single) next.clear();
      return next.add(path);
    });
  return {
    ticked,
    clear: () => setTicked(new Set()),
    browser: {
      start: typeof last === 'string' ? last : null,
      ticked,
      onFolder: (path) => viewMemory.set(folderKey, path),
      onToggle,
    },
  };
}
