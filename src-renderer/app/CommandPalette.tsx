import { Command as Cmdk, defaultFilter } from 'cmdk';
import { useMemo } from 'react';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { commandGroups } from '../commands/catalogue.ts';
import { commands } from '../commands/registry.ts';
import type { Command } from '../commands/registry.ts';
import { useAppStore } from '../state/app-store.ts';
import { speakerOfDigit } from '../state/derive.ts';
import { useReviewStore } from '../state/review-store.ts';
import { MiddleText } from '../ui/controls.tsx';
import { Dialog } from '../ui/Dialog.tsx';
import { Chord } from '../ui/keys.tsx';
import styles from './CommandPalette.module.css';

/** Ids tell items apart; what one types is compared with the words one sees. */
export function byWords(_id: string, search: string, words: string[] = []): number {
  return defaultFilter(words.join(' '), search);
}

/** Everything that can be done now, by name; files too. Digits show the names they stand for. */
export function CommandPalette(): ReactElement {
  const { t } = useTranslation();
  const close = useAppStore((state) => state.closeOverlay);
  const files = useAppStore((state) => state.media);
  const setView = useAppStore((state) => state.setView);
  const speakers = useReviewStore((state) => state.speakers);
  const openFile = useReviewStore((state) => state.open);
  const openId = useReviewStore((state) => state.media?.id);

  const shown = useMemo(() => {
    const titleOf = (command: Command): string | null => {
      const [, kind, digit] = /^(assign|overlap)\.d(\d)$/u.exec(command.id) ?? [];
      if (digit === undefined) return command.title();
      const speaker = speakerOfDigit(speakers, Number(digit));
      if (!speaker) return null;
      return t(kind === 'assign' ? 'palette.assignTo' : 'palette.overlapWith', { name: speaker.name });
    };
    return commands
      .filter((command) => command.id !== 'view.palette' && command.when())
      .flatMap((command) => {
        const title = titleOf(command);
        return title === null ? [] : [{ command, title }];
      });
  }, [speakers, t]);

  const run = (action: () => void): void => {
    close();
    // After the dialog has given the focus back.
    setTimeout(action);
  };

  return (
    <Dialog title={t('commands.view.palette')} onClose={close} bare className={styles.dialog}>
      <Cmdk label={t('commands.view.palette')} loop filter={byWords}>
        <Cmdk.Input className={styles.input} placeholder={t('palette.placeholder')} data-autofocus />
        <Cmdk.List className={styles.list}>
          <Cmdk.Empty className={styles.none}>{t('palette.nothing')}</Cmdk.Empty>
          {commandGroups.map((group) => {
            const items = shown.filter(({ command }) => command.group === group);
            if (items.length === 0) return null;
            return (
              <Cmdk.Group key={group} heading={t(`commandGroups.${group}`)}>
                {items.map(({ command, title }) => (
                  <Cmdk.Item
                    key={command.id}
                    value={command.id}
                    keywords={[title]}
                    className={styles.item}
                    onSelect={() => run(() => command.run())}
                  >
                    <span className={styles.title}>{title}</span>
                    {command.keys[0] !== undefined && <Chord chord={command.keys[0]} />}
                  </Cmdk.Item>
                ))}
              </Cmdk.Group>
            );
          })}
          {files.length > 1 && (
            <Cmdk.Group heading={t('palette.files')}>
              {files
                .filter((item) => item.id !== openId)
                .map((item) => (
                  <Cmdk.Item
                    key={item.id}
                    value={item.id}
                    keywords={[item.name]}
                    className={styles.item}
                    onSelect={() =>
                      run(() => {
                        setView('review');
                        void openFile(item.id);
                      })
                    }
                  >
                    <span className={styles.title}>
                      <MiddleText text={item.name} />
                    </span>
                  </Cmdk.Item>
                ))}
            </Cmdk.Group>
          )}
        </Cmdk.List>
      </Cmdk>
    </Dialog>
  );
}
