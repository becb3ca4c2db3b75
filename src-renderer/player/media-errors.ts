import type { AppErrorData } from '#shared/api/errors.ts';

/** `MediaError.code` values of the HTML standard. */
const aborted = 1;
const network = 2;
const decode = 3;

/** What a media element's failure means to a person, with the way out. */
export function mediaErrorData(error: { code: number; message: string } | null, fileName: string): AppErrorData {
  const detail = error?.message ? { detail: error.message } : {};
  // Chromium reports an answer like 404 as “not supported” and begins its message with the status.
  const refused = /\b[45]\d\d:/u.test(error?.message ?? '');
  if (error?.code === network || refused) {
    return {
      code: 'io',
      message: 'This file cannot be played because it can no longer be read.',
      file: fileName,
      fix: 'Check that the file is still where it was and that Diarist is running, then load it again.',
      ...detail,
    };
  }
  if (error?.code === decode) {
    return {
      code: 'bad-input',
      message: 'Playing stopped because a part of the file is damaged.',
      file: fileName,
      fix: 'Load it again and go on after the damaged part, or relink an intact copy of the file.',
      ...detail,
    };
  }
  if (error?.code === aborted) {
    return { code: 'cancelled', message: 'Loading was stopped.', file: fileName, fix: 'Load it again.', ...detail };
  }
  return {
    code: 'unsupported',
    message: 'This file cannot be played here, because its picture or sound is in a format the player does not know.',
    file: fileName,
    fix: 'Load it again once the review copy is ready; labels, waveform and export work without it.',
    ...detail,
  };
}
