import { z } from 'zod';
import { idSchema, reviewStateSchema, timeSecSchema } from './records.ts';

/**
 * What a person can do to the curated layer. Each op is turned into a RecordsDiff by the pure function in
 * `apply-op.ts`; the journal stores op and diff. Times snap to 1 ms there.
 */
const segmentIds = z.array(idSchema).min(1).max(100_000);
const trackIds = z.array(idSchema).min(1).max(100_000);

export const editOpSchema = z.discriminatedUnion('op', [
  z.object({ op: z.literal('segment.add'), speakerId: idSchema, startSec: timeSecSchema, endSec: timeSecSchema }),
  z.object({ op: z.literal('segment.setTimes'), segmentId: idSchema, startSec: timeSecSchema, endSec: timeSecSchema }),
  /** Reassign to another speaker. */
  z.object({ op: z.literal('segment.assign'), segmentIds, speakerId: idSchema }),
  /** The same time also for another speaker: overlap. */
  z.object({ op: z.literal('segment.addOverlap'), segmentIds, speakerId: idSchema }),
  z.object({ op: z.literal('segment.split'), segmentId: idSchema, atSec: timeSecSchema }),
  /** Join segments of one speaker into one from the first start to the last end; others keep theirs. */
  z.object({ op: z.literal('segment.merge'), segmentIds: z.array(idSchema).min(2).max(100_000) }),
  z.object({ op: z.literal('segment.delete'), segmentIds }),
  z.object({ op: z.literal('segment.review'), segmentIds, review: reviewStateSchema }),
  z.object({ op: z.literal('speaker.add'), name: z.string().max(200).optional() }),
  z.object({ op: z.literal('speaker.rename'), speakerId: idSchema, name: z.string().min(1).max(200) }),
  /** File-wide: every segment of `fromIds` goes to `intoId`; the emptied speakers go. */
  z.object({ op: z.literal('speaker.merge'), fromIds: z.array(idSchema).min(1).max(1000), intoId: idSchema }),
  /** Deletes the speaker and its segments. */
  z.object({ op: z.literal('speaker.delete'), speakerId: idSchema }),
  /** Whose face it is; null = nobody's. */
  z.object({ op: z.literal('track.assign'), trackIds, speakerId: idSchema.nullable() }),
  z.object({ op: z.literal('track.split'), trackId: idSchema, atSec: timeSecSchema }),
  /** One track out of several of one face within a shot. */
  z.object({ op: z.literal('track.merge'), trackIds: z.array(idSchema).min(2).max(1000) }),
  z.object({ op: z.literal('track.delete'), trackIds }),
  /** `atSec`: the first instant of the new shot. Tracks across it are split. */
  z.object({ op: z.literal('cut.add'), atSec: timeSecSchema }),
  /** Edges of tracks at the cut go with it. */
  z.object({ op: z.literal('cut.move'), cutId: idSchema, toSec: timeSecSchema }),
  z.object({ op: z.literal('cut.delete'), cutIds: z.array(idSchema).min(1).max(100_000) }),
  /** The sound comes so much later than the picture (earlier where negative); null takes the correction back. */
  z.object({ op: z.literal('sync.correct'), offsetSec: z.number().min(-5).max(5).nullable() }),
  /**
   * Replace the curated layer with a hypothesis. Speakers that match by overlap keep id, name and colour; face tracks and cuts
   * are replaced where the hypothesis has some.
   */
  z.object({ op: z.literal('hypothesis.adopt'), hypothesisId: idSchema }),
]);
export type EditOp = z.infer<typeof editOpSchema>;
