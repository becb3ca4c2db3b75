import { useState } from 'react';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { controls } from '../../ui/controls.tsx';
import { exactTime, parseTime } from '../../ui/format.ts';

export interface TimeFieldProps {
  label: string;
  valueSec: number;
  disabled?: boolean;
  /** The label stands above it; false = for screen readers alone. */
  labelled?: boolean;
  autoFocus?: boolean;
  onValue: (sec: number) => void;
  /** Editing ended, with or without a new value. */
  onDone?: () => void;
}

/** A time one can type over. Enter takes it, Esc gives the old one back. */
export function TimeField({
  label,
  valueSec,
  disabled,
  labelled = true,
  autoFocus,
  onValue,
  onDone,
}: TimeFieldProps): ReactElement {
  const { t } = useTranslation();
  const [draft, setDraft] = useState<string | null>(null);
  const parsed = draft === null ? valueSec : parseTime(draft);
  const commit = (): void => {
    if (draft !== null && parsed !== null && Math.abs(parsed - valueSec) > 0.0004) onValue(parsed);
    setDraft(null);
  };
  return (
    <label className={controls.field}>
      <span className={labelled ? undefined : 'visually-hidden'}>{label}</span>
      <input
        className={controls.input}
        value={draft ?? exactTime(valueSec)}
        disabled={disabled}
        inputMode="decimal"
        spellCheck={false}
        // Only where a person asked for this very field (F2, double click).
        autoFocus={autoFocus}
        aria-invalid={parsed === null}
        title={parsed === null ? t('inspector.badTime') : undefined}
        onFocus={(event) => event.target.select()}
        onChange={(event) => setDraft(event.target.value)}
        onBlur={() => {
          commit();
          onDone?.();
        }}
        onKeyDown={(event) => {
          if (event.key === 'Enter') event.currentTarget.blur();
          else if (event.key === 'Escape') {
            event.stopPropagation();
            setDraft(null);
            onDone?.();
            event.currentTarget.blur();
          }
        }}
      />
    </label>
  );
}
