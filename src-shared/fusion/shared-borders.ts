import type { SystemOutput } from './speech.ts';

/** Borders this near are the same one: rounding to milliseconds. */
const toleranceSec = 0.0015;
/** By these the borders of one system are moved to count what coincides by chance; no multiples of a usual frame. */
const chanceShiftsSec = [-0.74, -0.37, 0.37, 0.74];
/**
 * Systems with this share of borders in common come from one pipeline. Independent ones share what chance and the frame
 * of 10 ms leave: up to 2 % in all pairs of public outputs looked at (AMI, VoxConverse). Settings of one program: 9 to 50 %.
 */
const kinShare = 0.05;

/**
 * Groups of systems that come from one pipeline, told by turn borders that are the same to the millisecond: whoever finds
 * the speech by other means does not begin turns at just the same instants. A chain is one group.
 *
 * @param recordings per recording the answers of all systems, in the same order
 * @returns groups of system numbers; every system is in one
 */
export function groupsOfOneOrigin(recordings: readonly (readonly SystemOutput[])[]): number[][] {
  const count = recordings[0]?.length ?? 0;
  const borders = Array.from({ length: count }, (_, system) =>
    recordings.map((answers) => bordersOf(answers[system]!)),
  );
  const group = Array.from({ length: count }, (_, system) => system);
  for (let i = 0; i < count; i++) {
    for (let j = 0; j < i; j++) {
      if (group[i] === group[j] || sharedBorders(borders[i]!, borders[j]!) < kinShare) continue;
      const [from, to] = [group[i], group[j]!];
      group.forEach((own, system) => {
        if (own === from) group[system] = to;
      });
    }
  }
  return [...new Set(group)].map((id) => group.flatMap((own, system) => (own === id ? [system] : [])));
}

function bordersOf({ turns }: SystemOutput): number[] {
  return [...new Set(turns.flatMap(({ startSec, endSec }) => [startSec, endSec]))].sort((a, b) => a - b);
}

/** Share of borders in common beyond chance, of the system of which it is less. */
function sharedBorders(first: readonly number[][], second: readonly number[][]): number {
  const shares = [
    [first, second],
    [second, first],
  ].map(([own, other]) => {
    let total = 0;
    let same = 0;
    let byChance = 0;
    own!.forEach((times, recording) => {
      total += times.length;
      same += coinciding(times, other![recording]!, 0);
      for (const shift of chanceShiftsSec)
        byChance += coinciding(times, other![recording]!, shift) / chanceShiftsSec.length;
    });
    return total > byChance ? (same - byChance) / (total - byChance) : 0;
  });
  return Math.min(...shares);
}

/** How many of `times` have a partner among `others` moved by `shiftSec`; both sorted. */
function coinciding(times: readonly number[], others: readonly number[], shiftSec: number): number {
  let count = 0;
  let at = 0;
  for (const time of times) {
    while (at < others.length && others[at]! + shiftSec < time - toleranceSec) at++;
    if (at < others.length && others[at]! + shiftSec <= time + toleranceSec) count++;
  }
  return count;
}
