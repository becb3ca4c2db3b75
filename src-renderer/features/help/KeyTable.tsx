import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { Chord } from '../../ui/keys.tsx';
import { keyRows } from './key-rows.ts';
import styles from './KeyTable.module.css';

/** Every command with its keys, by group. */
export function KeyTable({ filter = '' }: { filter?: string }): ReactElement {
  const { t } = useTranslation();
  return (
    <div className={styles.table}>
      {keyRows(filter).map(({ group, rows }) => (
        <section key={group} className={styles.group}>
          <h3>{t(`commandGroups.${group}`)}</h3>
          <dl>
            {rows.map((row) => (
              <div key={row.title} className={styles.row}>
                <dt>{row.title}</dt>
                <dd data-range={row.range}>
                  {row.chords
                    .filter((chord) => !chord.startsWith('Numpad'))
                    .map((chord) => (
                      <Chord key={chord} chord={chord} />
                    ))}
                </dd>
              </div>
            ))}
          </dl>
        </section>
      ))}
    </div>
  );
}
