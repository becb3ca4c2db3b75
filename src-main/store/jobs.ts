import { AppError } from '#shared/api/errors.ts';
import { jobSchema } from '#shared/domain/job.ts';
import type { Job } from '#shared/domain/job.ts';
import { readRevision } from './edits.ts';
import type { JobPatch, ReadableStore, WritableStore } from './protocol.ts';
import type { Statements } from './sqlite.ts';

interface JobRow {
  id: string;
  media_id: string;
  kind: string;
  system_id: string;
  params: string;
  speakers: string | null;
  state: string;
  crashes: number;
  progress: string | null;
  error: string | null;
  hypothesis_id: string | null;
  created_ms: number;
  finished_ms: number | null;
}

export function createJobReader(sql: Statements): Pick<ReadableStore, 'listJobs' | 'getJob'> {
  return {
    listJobs: () => sql<[], JobRow>('SELECT * FROM job ORDER BY created_ms, rowid').all().map(toJob),
    getJob: (id) => {
      const row = sql<[string], JobRow>('SELECT * FROM job WHERE id = ?').get(id);
      if (row) return toJob(row);
      throw new AppError('not-found', 'There is no such job (any more).');
    },
  };
}

/** The methods must be called inside a writing transaction. */
export function createJobWriter(sql: Statements): Pick<WritableStore, 'insertJob' | 'updateJob'> {
  const { getJob } = createJobReader(sql);
  return {
    insertJob: (job) => {
      readRevision(sql, job.mediaId);
      sql(
        `INSERT INTO job (kind, system_id, params, speakers, state, crashes, progress, error, hypothesis_id, finished_ms,
           id, media_id, created_ms)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      ).run(...mutableColumns(job), job.id, job.mediaId, job.createdMs);
      return getJob(job.id);
    },
    updateJob: (id, patch) => {
      sql(
        `UPDATE job SET kind = ?, system_id = ?, params = ?, speakers = ?, state = ?, crashes = ?, progress = ?, error = ?,
           hypothesis_id = ?, finished_ms = ? WHERE id = ?`,
      ).run(...mutableColumns({ ...getJob(id), ...definedOf(patch) }), id);
      return getJob(id);
    },
  };
}

function mutableColumns(job: Job): (string | number | null)[] {
  const checked = checkedJob(job);
  return [
    checked.kind,
    checked.systemId,
    JSON.stringify(checked.params),
    json(checked.speakers),
    checked.state,
    checked.crashes,
    json(checked.progress),
    json(checked.error),
    checked.hypothesisId,
    checked.finishedMs,
  ];
}

function checkedJob(job: Job): Job {
  const parsed = jobSchema.safeParse(job);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new AppError('bad-input', `The job cannot be stored: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}.`);
}

const json = (value: unknown): string | null => (value === null ? null : JSON.stringify(value));

function definedOf(patch: JobPatch): Partial<Job> {
  return Object.fromEntries(Object.entries(patch).filter(([, value]) => value !== undefined));
}

function toJob(row: JobRow): Job {
  const parse = (text: string | null): unknown => (text === null ? null : JSON.parse(text));
  return jobSchema.parse({
    id: row.id,
    mediaId: row.media_id,
    kind: row.kind,
    systemId: row.system_id,
    params: parse(row.params),
    speakers: parse(row.speakers),
    state: row.state,
    crashes: row.crashes,
    progress: parse(row.progress),
    error: parse(row.error),
    hypothesisId: row.hypothesis_id,
    createdMs: row.created_ms,
    finishedMs: row.finished_ms,
  });
}
