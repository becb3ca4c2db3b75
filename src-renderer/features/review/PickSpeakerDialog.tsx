import { Command } from 'cmdk';
import { useState } from 'react';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { byWords } from '../../app/CommandPalette.tsx';
import palette from '../../app/CommandPalette.module.css';
import { useAppStore } from '../../state/app-store.ts';
import { digitOfLane } from '../../state/derive.ts';
import { useReviewStore } from '../../state/review-store.ts';
import { MiddleText, Swatch, controls } from '../../ui/controls.tsx';
import { Dialog } from '../../ui/Dialog.tsx';

/** Assign the selection by typing a name; a name that is not there becomes a new speaker. */
export function PickSpeakerDialog(): ReactElement {
  const { t } = useTranslation();
  const close = useAppStore((state) => state.closeOverlay);
  const speakers = useReviewStore((state) => state.speakers);
  const apply = useReviewStore((state) => state.apply);
  const [text, setText] = useState('');
  const name = text.trim();
  const isNew =
    name !== '' && !speakers.some((speaker) => speaker.name.toLocaleLowerCase() === name.toLocaleLowerCase());

  const assign = async (speakerId: string): Promise<void> => {
    const { segmentIds } = useReviewStore.getState().selection;
    if (segmentIds.size > 0) await apply({ op: 'segment.assign', segmentIds: [...segmentIds], speakerId });
  };
  const create = async (): Promise<void> => {
    const change = await apply({ op: 'speaker.add', name });
    const added = change?.diff.added.find((record) => record.kind === 'speaker');
    if (added) await assign(added.id);
  };

  return (
    <Dialog title={t('speakers.pickTitle')} onClose={close} bare className={palette.dialog}>
      <Command label={t('speakers.pickTitle')} loop filter={byWords}>
        <Command.Input
          className={palette.input}
          value={text}
          onValueChange={setText}
          placeholder={t('speakers.pickPlaceholder')}
          dir="auto"
          data-autofocus
        />
        <Command.List className={palette.list}>
          {speakers.map((speaker, lane) => (
            <Command.Item
              key={speaker.id}
              value={speaker.id}
              keywords={[speaker.name]}
              className={palette.item}
              onSelect={() => {
                close();
                void assign(speaker.id);
              }}
            >
              <Swatch speaker={speaker} size="s" />
              <span className={palette.title}>
                <MiddleText text={speaker.name} />
              </span>
              {digitOfLane(lane) !== null && <kbd className={controls.kbd}>{digitOfLane(lane)}</kbd>}
            </Command.Item>
          ))}
          {isNew && (
            <Command.Item
              value="new"
              forceMount
              className={palette.item}
              onSelect={() => {
                close();
                void create();
              }}
            >
              {t('speakers.create', { name })}
            </Command.Item>
          )}
        </Command.List>
      </Command>
    </Dialog>
  );
}
