import fc from 'fast-check';
import { expect, it } from 'vitest';
import { groupsByWord, pairsOfGroups, type SaidOfTrack } from './said-people.ts';

const said = fc.array(fc.option(fc.record({ correction: fc.nat(4), person: fc.constantFrom(null, 'anna', 'ben') })), {
  maxLength: 12,
});

it('tracks of which nothing was said are groups of their own, in their order', () => {
  expect(groupsByWord([null, null])).toEqual({ members: [[0], [1]], groupOf: [0, 1], apart: [] });
  expect(pairsOfGroups([[0, 1]], groupsByWord([null, null]))).toEqual([[0, 1]]);
});

it('tracks given to one speaker, and parts of one track, are one; two speakers are two', () => {
  fc.assert(
    fc.property(said, fc.array(fc.tuple(fc.nat(11), fc.nat(11))), (words, drawn) => {
      const groups = groupsByWord(words);
      expect(groups.members.flat().sort((a, b) => a - b)).toEqual(words.map((_, track) => track));
      const isOne = (a: SaidOfTrack | null, b: SaidOfTrack | null): boolean => {
        if (!a || !b) return false;
        if (a.person || b.person) return a.person === b.person;
        return a.correction === b.correction;
      };
      words.forEach((one, a) => {
        words.forEach((other, b) => {
          if (a !== b) expect(groups.groupOf[a] === groups.groupOf[b]).toBe(isOne(one, other));
        });
      });
      const pairs = drawn.filter(([a, b]) => a < words.length && b < words.length);
      const apart = pairsOfGroups(pairs, groups);
      for (const [a, b] of apart) expect(a).toBeLessThan(b);
      words.forEach((one, a) => {
        words.forEach((other, b) => {
          if (!one?.person || !other?.person || one.person === other.person) return;
          const [x, y] = [groups.groupOf[a]!, groups.groupOf[b]!];
          expect(apart).toContainEqual([Math.min(x, y), Math.max(x, y)]);
        });
      });
    }),
  );
});

it('two seen together whom a person calls one are one', () => {
  const groups = groupsByWord([{ correction: 0, person: 'anna' }, { correction: 1, person: 'anna' }, null]);
  expect(
    pairsOfGroups(
      [
        [0, 1],
        [1, 2],
      ],
      groups,
    ),
  ).toEqual([[0, 1]]);
});
