import { useState } from 'react';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { toErrorData } from '#shared/api/errors.ts';
import type { AppErrorData } from '#shared/api/errors.ts';
import { useAppStore } from '../../state/app-store.ts';
import { useReviewStore } from '../../state/review-store.ts';
import { useVoices } from '../../state/voices-store.ts';
import { Bar, Button, controls } from '../../ui/controls.tsx';
import { Dialog } from '../../ui/Dialog.tsx';
import { ErrorBox } from '../../ui/ErrorBox.tsx';
import { lengthText } from '../../ui/format.ts';
import { FolderBrowser } from '../library/FolderBrowser.tsx';
import { useFilePicker } from '../library/use-file-picker.ts';
import { useEnrolment, type EnrolmentSource } from './use-enrolment.ts';
import { VoiceRow } from './VoiceRow.tsx';
import styles from './Voices.module.css';

/** Who is known by voice, and how one becomes known: from clips, or from the turns of a speaker of the open file. */
export function VoicesDialog(): ReactElement {
  const { t } = useTranslation();
  const api = useAppStore((state) => state.api);
  const close = useAppStore((state) => state.closeOverlay);
  const voices = useVoices((state) => state.voices);
  const speakers = useReviewStore((state) => state.speakers);
  const targetId = useReviewStore((state) => state.targetSpeakerId);
  const mediaId = useReviewStore((state) => state.media?.id);
  const say = useReviewStore((state) => state.say);
  const target = speakers.find(({ id }) => id === targetId) ?? speakers[0];
  const [speakerId, setSpeakerId] = useState(target?.id ?? '');
  const [kind, setKind] = useState<EnrolmentSource['kind']>(target ? 'speaker' : 'files');
  const [name, setName] = useState(target?.origin === 'human' ? target.name : '');
  const { ticked, clear, browser } = useFilePicker('voices.folder');
  const [problem, setProblem] = useState<AppErrorData | null>(null);
  const { share, error, start, cancel } = useEnrolment();
  const wanted = name.trim();
  const isTaken = voices?.some((voice) => voice.name === wanted) ?? false;
  const source: EnrolmentSource | null =
    kind === 'files'
      ? ticked.size > 0
        ? { kind, paths: [...ticked] }
        : null
      : mediaId !== undefined && speakerId !== ''
        ? { kind, mediaId, speakerId }
        : null;

  const enrol = async (): Promise<void> => {
    if (!source || wanted === '') return;
    const voice = await start(wanted, source, isTaken);
    if (!voice) return;
    say(t('voices.done', { name: voice.name, length: lengthText(voice.speechSec) }));
    setName('');
    clear();
  };
  const change = (work: Promise<unknown> | undefined, words: string | null): void => {
    setProblem(null);
    work?.then(
      () => words !== null && say(words),
      (thrown: unknown) => setProblem(toErrorData(thrown)),
    );
  };

  return (
    <Dialog
      title={t('voices.title')}
      onClose={close}
      actions={
        share === null ? (
          <Button tone="primary" disabled={!source || wanted === ''} onClick={() => void enrol()}>
            {wanted === '' ? t('voices.enrol') : t(isTaken ? 'voices.replaceDo' : 'voices.enrolDo', { name: wanted })}
          </Button>
        ) : (
          <>
            <span className={controls.grow}>
              <Bar wide progress share={share} label={t('voices.working', { name: wanted })} />
            </span>
            <Button onClick={cancel}>{t('voices.cancel')}</Button>
          </>
        )
      }
    >
      <p className={controls.hint}>{t('voices.text')}</p>
      {voices?.length === 0 && (
        <div className={styles.none}>
          <strong>{t('voices.none')}</strong>
          <p>{t('voices.noneText')}</p>
        </div>
      )}
      {voices !== null && voices.length > 0 && (
        <ul className={styles.list} aria-label={t('voices.title')}>
          {voices.map((voice) => (
            <VoiceRow
              key={voice.name}
              voice={voice}
              onRename={(to) => change(api?.call('voices.rename', { from: voice.name, to }), null)}
              onForget={() =>
                change(api?.call('voices.remove', { name: voice.name }), t('voices.forgotten', { name: voice.name }))
              }
            />
          ))}
        </ul>
      )}
      {problem && <ErrorBox error={problem} />}
      <form
        className={styles.enrol}
        aria-label={t('voices.enrolTitle')}
        onSubmit={(event) => {
          event.preventDefault();
          void enrol();
        }}
      >
        <label className={controls.field}>
          <span>{t('voices.name')}</span>
          <input
            className={controls.input}
            value={name}
            maxLength={200}
            dir="auto"
            data-autofocus
            disabled={share !== null}
            onChange={(event) => setName(event.target.value)}
          />
        </label>
        <fieldset className={controls.plainFieldset} disabled={share !== null}>
          <legend className={controls.hint}>{t('voices.from')}</legend>
          <div className={styles.source}>
            <label className={controls.check}>
              <input
                type="radio"
                name="source"
                checked={kind === 'speaker'}
                disabled={speakers.length === 0}
                onChange={() => setKind('speaker')}
              />
              {t('voices.fromSpeaker')}
            </label>
            {kind === 'speaker' && (
              <select
                className={controls.select}
                value={speakerId}
                aria-label={t('voices.speaker')}
                onChange={(event) => setSpeakerId(event.target.value)}
              >
                {speakers.map((speaker) => (
                  <option key={speaker.id} value={speaker.id}>
                    {speaker.name}
                  </option>
                ))}
              </select>
            )}
          </div>
          <label className={controls.check}>
            <input type="radio" name="source" checked={kind === 'files'} onChange={() => setKind('files')} />
            {t('voices.fromFiles')}
          </label>
        </fieldset>
      </form>
      {kind === 'files' && <FolderBrowser {...browser} />}
      {error && <ErrorBox error={error} />}
    </Dialog>
  );
}
