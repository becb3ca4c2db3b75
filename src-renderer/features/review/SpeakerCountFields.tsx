import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { controls } from '../../ui/controls.tsx';
import styles from './RunAgainPopover.module.css';

/** What is chosen and typed, as typed: a number that is half deleted must not jump. */
export interface CountDraft {
  mode: 'auto' | 'exact' | 'between';
  exact: string;
  min: string;
  max: string;
}

/** Whole, from 1 to 100; null for anything else. */
function countOf(text: string): number | null {
  const count = Number(text);
  return text.trim() !== '' && Number.isInteger(count) && count >= 1 && count <= 100 ? count : null;
}

/** null = found by itself; `invalid` = what was typed is no number of speakers. */
export function speakersOf({ mode, exact, min, max }: CountDraft): { min: number; max: number } | null | 'invalid' {
  if (mode === 'auto') return null;
  const [low, high] = mode === 'exact' ? [countOf(exact), countOf(exact)] : [countOf(min), countOf(max)];
  if (low === null || high === null) return 'invalid';
  return { min: Math.min(low, high), max: Math.max(low, high) };
}

interface Props {
  draft: CountDraft;
  onDraft: (draft: CountDraft) => void;
  /** The number is what the dialog was opened for. */
  focused: boolean;
}

/** How many speakers there are: found, known, or within bounds. */
export function SpeakerCountFields({ draft, onDraft, focused }: Props): ReactElement {
  const { t } = useTranslation();
  const number = (key: 'exact' | 'min' | 'max', label: string): ReactElement => (
    <input
      className={controls.input}
      type="number"
      min={1}
      max={100}
      value={draft[key]}
      aria-label={label}
      aria-invalid={countOf(draft[key]) === null}
      data-autofocus={focused || undefined}
      onFocus={(event) => event.target.select()}
      onChange={(event) => onDraft({ ...draft, [key]: event.target.value })}
    />
  );
  const choice = (mode: CountDraft['mode'], label: string): ReactElement => (
    <label className={controls.check}>
      <input type="radio" name="count" checked={draft.mode === mode} onChange={() => onDraft({ ...draft, mode })} />
      {label}
    </label>
  );
  return (
    <fieldset className={controls.plainFieldset}>
      <legend className={controls.hint}>{t('run.speakers')}</legend>
      {choice('auto', t('run.auto'))}
      <div className={styles.count}>
        {choice('exact', t('run.exact'))}
        {draft.mode === 'exact' && number('exact', t('run.exact'))}
      </div>
      <div className={styles.count}>
        {choice('between', t('run.between'))}
        {draft.mode === 'between' && (
          <>
            {number('min', t('run.between'))}
            {t('run.and')}
            {number('max', t('run.and'))}
          </>
        )}
      </div>
      {speakersOf(draft) === 'invalid' && <p className={controls.danger}>{t('run.countRange')}</p>}
    </fieldset>
  );
}
