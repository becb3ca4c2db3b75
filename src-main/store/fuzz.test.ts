import { AppError } from '#shared/api/errors.ts';
import { findBreaches } from '#shared/domain/breaches.ts';
import { recordMap } from '#shared/domain/diff.ts';
import type { CuratedDocument } from '#shared/domain/document.ts';
import { anonymous, named, speechAfter, speechOf, speechOfHypothesis } from '#shared/domain/testing/naive-model.ts';
import { gesture, hypothesis, toOp } from '#shared/domain/testing/random-ops.ts';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Store } from './store.ts';
import { newHypothesis, newMedia, useProjects } from './testing/projects.ts';

const projects = useProjects();

const step = fc.oneof(
  { weight: 14, arbitrary: gesture.map((value) => ({ do: 'edit' as const, value })) },
  { weight: 4, arbitrary: fc.constant({ do: 'undo' as const }) },
  { weight: 2, arbitrary: fc.constant({ do: 'redo' as const }) },
  { weight: 1, arbitrary: fc.constant({ do: 'reopen' as const }) },
);

it('does with random edits, undo, redo and restarts what a naive model does', async () => {
  const sequences = fc.array(step, { minLength: 20, maxLength: 60, size: 'max' });
  await fc.assert(
    fc.asyncProperty(sequences, fc.array(hypothesis, { minLength: 2, maxLength: 2 }), async (steps, lanes) => {
      const file = projects.file();
      let store: Store = await projects.open(file);
      const mediaId = (await store.addMedia([newMedia('/media/talk.wav')]))[0]!.id;
      const laneIds: string[] = [];
      for (const { label, origin, segments } of lanes) {
        const info = await store.addHypothesis({ ...newHypothesis(mediaId, [...segments]), label, origin });
        laneIds.push(info.id);
      }
      /** Every state, and where we are in it. */
      let states: CuratedDocument['records'][] = [[]];
      let at = 0;
      let revision = 0;

      for (const one of steps) {
        if (one.do === 'reopen') {
          await store.close();
          store = await projects.open(file, { create: false });
        } else if (one.do === 'edit') {
          const before = recordMap(states[at]!);
          const op = toOp(one.value, before.values(), laneIds);
          try {
            const change = await store.apply(mediaId, revision, op);
            const after = recordMap((await store.getDocument(mediaId)).records);
            const expected = speechAfter(before, op);
            if (expected) expect(named(speechOf(after))).toEqual(named(expected));
            else
              expect(anonymous(speechOf(after))).toEqual(
                speechOfHypothesis(lanes[laneIds.indexOf(op.op === 'hypothesis.adopt' ? op.hypothesisId : '')]!),
              );
            if (change.revision > revision) states = [...states.slice(0, ++at), [...after.values()]];
            revision = change.revision;
          } catch (error) {
            expect(error).toBeInstanceOf(AppError);
            expect((error as AppError).data.code).toMatch(/bad-input|not-found|conflict/);
          }
        } else {
          const there = one.do === 'undo' ? at - 1 : at + 1;
          if (states[there]) {
            ({ revision } = await store[one.do](mediaId, revision));
            at = there;
          } else {
            await expect(store[one.do](mediaId, revision)).rejects.toMatchObject({ data: { code: 'not-found' } });
          }
        }
        const found = await store.getDocument(mediaId);
        expect(found.revision).toBe(revision);
        expect(found.records).toEqual(states[at]);
        expect([found.undoLabel !== null, found.redoLabel !== null]).toEqual([at > 0, at < states.length - 1]);
        expect(findBreaches(found.records)).toEqual([]);
      }
      await store.close();
    }),
    { numRuns: 12 },
  );
}, 300_000);
