import { Pencil, Trash2 } from 'lucide-react';
import { useLayoutEffect, useRef, useState } from 'react';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { EnrolledVoiceInfo } from '#shared/api/contract.ts';
import { Button, MiddleText, controls } from '../../ui/controls.tsx';
import { lengthText } from '../../ui/format.ts';
import styles from './Voices.module.css';

export interface VoiceRowProps {
  voice: EnrolledVoiceInfo;
  onRename: (to: string) => void;
  onForget: () => void;
}

/** One enrolled person: renamed in place; forgotten after a second press, because that cannot be undone. */
export function VoiceRow({ voice, onRename, onForget }: VoiceRowProps): ReactElement {
  const { t } = useTranslation();
  const { name, speechSec, clips, comparable } = voice;
  const [mode, setMode] = useState<'shown' | 'renaming' | 'forgetting'>('shown');
  const field = useRef<HTMLInputElement>(null);
  const keep = useRef<HTMLButtonElement>(null);
  useLayoutEffect(() => {
    if (mode === 'renaming') field.current?.select();
    else if (mode === 'forgetting') keep.current?.focus();
  }, [mode]);
  const finish = (): void => {
    const to = field.current?.value.trim() ?? '';
    setMode('shown');
    if (to !== '' && to !== name) onRename(to);
  };
  return (
    <li className={styles.row}>
      <div className={styles.text}>
        {mode === 'renaming' ? (
          <input
            ref={field}
            className={controls.input}
            defaultValue={name}
            maxLength={200}
            dir="auto"
            aria-label={t('voices.renameField', { name })}
            onBlur={finish}
            onKeyDown={(event) => {
              if (event.key === 'Enter') {
                event.preventDefault();
                event.stopPropagation();
                finish();
              } else if (event.key === 'Escape') {
                // It ends the field, not the dialog.
                event.preventDefault();
                event.stopPropagation();
                setMode('shown');
              }
            }}
          />
        ) : (
          <b>
            <MiddleText text={name} />
          </b>
        )}
        <small title={clips.join(', ')} data-old={!comparable}>
          {comparable
            ? t('voices.speech', { length: lengthText(speechSec), clips: clips.join(', ') })
            : t('voices.old')}
        </small>
      </div>
      {mode === 'forgetting' ? (
        <div className={styles.ask}>
          <span className={controls.hint}>{t('voices.forgetAsk')}</span>
          <Button tone="danger" onClick={onForget}>
            {t('voices.forgetDo')}
          </Button>
          <Button ref={keep} onClick={() => setMode('shown')}>
            {t('voices.keep')}
          </Button>
        </div>
      ) : (
        <>
          <Button tone="quiet" icon aria-label={t('voices.rename', { name })} onClick={() => setMode('renaming')}>
            <Pencil size={14} aria-hidden />
          </Button>
          <Button tone="quiet" icon aria-label={t('voices.forget', { name })} onClick={() => setMode('forgetting')}>
            <Trash2 size={14} aria-hidden />
          </Button>
        </>
      )}
    </li>
  );
}
