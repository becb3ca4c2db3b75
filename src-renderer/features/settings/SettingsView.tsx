import { useState } from 'react';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { Settings } from '#shared/api/contract.ts';
import { useAppStore } from '../../state/app-store.ts';
import { Button, classes, controls } from '../../ui/controls.tsx';
import { fallbackReason, providerName } from '../../ui/format.ts';
import view from '../../ui/View.module.css';

interface ChoiceProps<V extends string> {
  label: string;
  value: V;
  options: readonly (readonly [V, string])[];
  onValue: (value: V) => void;
}

function Choice<V extends string>({ label, value, options, onValue }: ChoiceProps<V>): ReactElement {
  return (
    <label className={view.setting}>
      <span>{label}</span>
      <select
        className={controls.select}
        value={value}
        onChange={(event) => {
          const chosen = options.find(([option]) => option === event.target.value);
          if (chosen) onValue(chosen[0]);
        }}
      >
        {options.map(([option, name]) => (
          <option key={option} value={option}>
            {name}
          </option>
        ))}
      </select>
    </label>
  );
}

/** A text that is taken when it is confirmed, not with every letter. */
function FfmpegField({
  value,
  onValue,
}: {
  value: string | null;
  onValue: (value: string | null) => void;
}): ReactElement {
  const { t } = useTranslation();
  const [text, setText] = useState(value ?? '');
  const info = useAppStore((state) => state.info?.ffmpeg);
  return (
    <form
      className={view.setting}
      onSubmit={(event) => {
        event.preventDefault();
        onValue(text.trim() === '' ? null : text.trim());
      }}
    >
      <label className={controls.field}>
        <span>{t('settings.ffmpeg')}</span>
        <input
          className={controls.input}
          value={text}
          spellCheck={false}
          placeholder={info?.path ?? ''}
          onChange={(event) => setText(event.target.value)}
        />
      </label>
      <Button type="submit" disabled={text.trim() === (value ?? '')}>
        {t('settings.apply')}
      </Button>
      <p className={controls.hint} title={info?.version}>
        {info ? t('settings.ffmpegHint', { source: t(`settings.sources.${info.source}`) }) : t('settings.ffmpegNone')}
      </p>
    </form>
  );
}

/** What a person may want otherwise. Every change holds at once. */
export function SettingsView(): ReactElement {
  const { t } = useTranslation();
  const settings = useAppStore((state) => state.settings);
  const save = useAppStore((state) => state.saveSettings);
  const info = useAppStore((state) => state.info);
  const set = (patch: Partial<Settings>): void => void save(patch);
  const gigabytes = settings.cacheLimitBytes / 1e9;
  return (
    <div className={view.view}>
      <div className={classes(view.page, view.narrow)}>
        <header>
          <h1>{t('settings.title')}</h1>
        </header>
        <section className={view.card}>
          <h2>{t('settings.look')}</h2>
          <Choice
            label={t('settings.theme')}
            value={settings.theme}
            options={[
              ['system', t('settings.system')],
              ['dark', t('settings.dark')],
              ['light', t('settings.light')],
            ]}
            onValue={(theme) => set({ theme })}
          />
        </section>
        <section className={view.card}>
          <h2>{t('settings.hearing')}</h2>
          <label className={view.setting}>
            <span>{t('settings.playOnSelect')}</span>
            <input
              type="checkbox"
              checked={settings.playOnSelect}
              onChange={(event) => set({ playOnSelect: event.target.checked })}
            />
          </label>
          <Choice
            label={t('settings.follow')}
            value={settings.follow}
            options={[
              ['page', t('settings.followPage')],
              ['centre', t('settings.followCentre')],
              ['off', t('settings.followOff')],
            ]}
            onValue={(follow) => set({ follow })}
          />
          <label className={view.setting}>
            <span>{t('settings.doubtLimit')}</span>
            <input
              className={controls.input}
              type="number"
              min={0}
              max={1}
              step={0.05}
              value={settings.doubtLimit}
              onChange={(event) => set({ doubtLimit: Math.min(1, Math.max(0, Number(event.target.value))) })}
            />
            <p className={controls.hint}>{t('settings.doubtHint')}</p>
          </label>
        </section>
        <section className={view.card}>
          <h2>{t('settings.tools')}</h2>
          <FfmpegField value={settings.ffmpegPath} onValue={(ffmpegPath) => set({ ffmpegPath })} />
          <label className={view.setting}>
            <span>{t('settings.cache')} (GB)</span>
            <input
              className={controls.input}
              type="number"
              min={0}
              step={1}
              value={Math.round(gigabytes * 10) / 10}
              onChange={(event) => set({ cacheLimitBytes: Math.max(0, Math.round(Number(event.target.value) * 1e9)) })}
            />
            <p className={controls.hint}>{t('settings.cacheHint')}</p>
          </label>
        </section>
        {info && (
          <section className={view.card}>
            <h2>{t('settings.about')}</h2>
            <p>
              {t('settings.version', {
                version: info.version,
                face: t(`settings.${info.face}`),
                cores: info.cores,
                provider: providerName(info.provider),
              })}
            </p>
            {fallbackReason(info.provider) !== null && (
              <p className={controls.hint}>{t('settings.fallback', { reason: fallbackReason(info.provider) })}</p>
            )}
            {info.offline && <p className={controls.hint}>{t('settings.offline')}</p>}
          </section>
        )}
      </div>
    </div>
  );
}
