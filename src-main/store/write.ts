import { AppError } from '#shared/api/errors.ts';
import type { AdoptedHypothesis } from '#shared/domain/apply-op.ts';
import type { Database } from 'better-sqlite3';
import { createEditWriter, hasHumanEdits, readRevision } from './edits.ts';
import { namesFaces, readFaceOrigin } from './face-edits.ts';
import { createHypothesisReader, createHypothesisWriter } from './hypotheses.ts';
import { createJobReader, createJobWriter } from './jobs.ts';
import { createMediaWriter } from './media.ts';
import type { CompletedJob, JobCompletion, WritableStore } from './protocol.ts';
import type { DocumentCache } from './records.ts';
import { statements } from './sqlite.ts';
import type { Statements } from './sqlite.ts';

/** The writing methods, to be called inside a transaction that has checked the ownership. */
export function createWriter(db: Database, cache: DocumentCache): WritableStore {
  const sql = statements(db);
  const hypotheses = createHypothesisReader(sql);
  const adopted = (mediaId: string, hypothesisId: string): AdoptedHypothesis => {
    const info = hypotheses.getHypothesis(hypothesisId);
    if (info.mediaId !== mediaId) {
      throw new AppError('bad-input', `${info.label} is a hypothesis of another file.`, {
        fix: 'Choose another lane.',
      });
    }
    const picture = hypotheses.hypothesisPicture(hypothesisId);
    return {
      label: info.label,
      origin: info.origin,
      segments: hypotheses.hypothesisSegments(hypothesisId),
      ...(picture ? { picture } : {}),
    };
  };
  const edits = createEditWriter(sql, cache, adopted, (mediaId, op) =>
    namesFaces(op, () => readFaceOrigin(sql, mediaId, (id) => hypotheses.hypothesisPicture(id))),
  );
  const writer = {
    ...createMediaWriter(sql),
    ...edits,
    ...createHypothesisWriter(sql),
    ...createJobWriter(sql),
  };
  return {
    ...writer,
    setView: (patch) => {
      const put = sql(
        'INSERT INTO view_state (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value',
      );
      for (const [key, value] of Object.entries(patch)) put.run(key, JSON.stringify(value));
    },
    completeJob: (jobId, completion) => completeJob(sql, writer, jobId, completion),
  };
}

function completeJob(
  sql: Statements,
  writer: Omit<WritableStore, 'setView' | 'completeJob'>,
  jobId: string,
  { job: patch, media, hypothesis, adoptIfUntouched }: JobCompletion,
): CompletedJob {
  const { mediaId } = createJobReader(sql).getJob(jobId);
  if (media) writer.updateMedia(mediaId, media);
  if (!hypothesis) return { job: writer.updateJob(jobId, patch), hypothesis: null, change: null };
  const info = writer.addHypothesis({ ...hypothesis, mediaId });
  const adopt = adoptIfUntouched === true && !hasHumanEdits(sql, mediaId);
  const change = adopt
    ? writer.apply(mediaId, readRevision(sql, mediaId), { op: 'hypothesis.adopt', hypothesisId: info.id }, 'machine')
    : null;
  return { job: writer.updateJob(jobId, { ...patch, hypothesisId: info.id }), hypothesis: info, change };
}
