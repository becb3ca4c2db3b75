import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { z } from 'zod';

/** Names a process for as long as it lives, also where process ids are used again. */
export const processIdentitySchema = z.object({
  host: z.string(),
  pid: z.number().int(),
  /** Kernel's start time of the process, where it tells (Linux); else null. */
  started: z.string().nullable(),
});
export type ProcessIdentity = z.infer<typeof processIdentitySchema>;

/** Start time of a process in the kernel's clock ticks; null where it is unknown or the process is gone. */
function startOf(pid: number): string | null {
  try {
    // The second field is the name in parentheses and may itself hold spaces and parentheses.
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return text.slice(text.lastIndexOf(')') + 2).split(' ')[19] ?? null;
  } catch {
    return null;
  }
}

export const ownIdentity = (): ProcessIdentity => ({
  host: hostname(),
  pid: process.pid,
  started: startOf(process.pid),
});

/** false = surely gone; a process of another computer cannot be judged and counts as alive. */
export function mayBeAlive(other: ProcessIdentity): boolean {
  if (other.host !== hostname()) return true;
  try {
    process.kill(other.pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
  const started = startOf(other.pid);
  return started === null || other.started === null || started === other.started;
}
