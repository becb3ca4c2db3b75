import { AppError } from '#shared/api/errors.ts';

const loopback = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/u;

/** This computer, under any of its names. */
export const isLoopback = (url: URL): boolean => loopback.test(url.hostname);

/** Bytes may come over HTTPS, or from this computer itself, where nobody listens in between. */
export const mayFetch = (url: URL): boolean =>
  url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url));

/** @throws AppError `io` where DIARIST_OFFLINE=1 forbids what would leave this computer */
export function refuseOffline(url: URL): void {
  if (process.env['DIARIST_OFFLINE'] !== '1' || isLoopback(url)) return;
  throw new AppError('io', `DIARIST_OFFLINE=1 forbids the network: ${url.href} was not asked for.`, {
    fix: 'Start without DIARIST_OFFLINE=1.',
  });
}
