import { AppError } from '#shared/api/errors.ts';
import type { Handlers } from './dispatch.ts';
import type { Services } from './services.ts';

type JobHandlers = Pick<Handlers, 'jobs.list' | 'jobs.start' | 'jobs.cancel' | 'jobs.retry'>;

export const jobHandlers = (services: Services): JobHandlers => {
  const scheduler = () => services.session().scheduler;
  return {
    'jobs.list': async () => scheduler().list(),
    'jobs.start': async ({ mediaId, systemId, speakers, params }) => {
      if (speakers && speakers.min > speakers.max) {
        throw new AppError(
          'bad-input',
          `The least number of speakers (${speakers.min}) is above the most (${speakers.max}).`,
        );
      }
      return scheduler().enqueue({
        mediaId,
        kind: 'diarize',
        speakers,
        params,
        ...(systemId === null ? {} : { systemId }),
      });
    },
    'jobs.cancel': async ({ jobId }) => scheduler().cancel(jobId),
    'jobs.retry': async ({ jobId }) => scheduler().retry(jobId),
  };
};
