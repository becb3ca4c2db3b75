interface Turn {
  startSec: number;
  endSec: number;
  speaker: string;
}

export interface SharedSpeech {
  /** Seconds in which speaker `row` of the left and speaker `column` of the right side both speak. */
  sharedSec: Float64Array[];
  /** Seconds of speech of each left and right speaker. */
  leftSec: Float64Array;
  rightSec: Float64Array;
}

/**
 * How long each speaker of one annotation speaks together with each of another: one sweep over both in the order of
 * time, so its work grows with the turns and the overlaps, not with their product. Turns of speakers that are not
 * listed do not count.
 */
export function sharedSpeech(
  left: readonly Turn[],
  right: readonly Turn[],
  leftSpeakers: readonly string[],
  rightSpeakers: readonly string[],
): SharedSpeech {
  const leftIndex = new Map(leftSpeakers.map((speaker, index) => [speaker, index]));
  const rightIndex = new Map(rightSpeakers.map((speaker, index) => [speaker, index]));
  const result: SharedSpeech = {
    sharedSec: leftSpeakers.map(() => new Float64Array(rightSpeakers.length)),
    leftSec: new Float64Array(leftSpeakers.length),
    rightSec: new Float64Array(rightSpeakers.length),
  };
  const byStart = (a: Turn, b: Turn) => a.startSec - b.startSec;
  const rightTurns = right.toSorted(byStart);
  for (const { speaker, startSec, endSec } of rightTurns) {
    const column = rightIndex.get(speaker);
    if (column !== undefined) result.rightSec[column]! += endSec - startSec;
  }
  /** Right turns that started and may still run. */
  let running: Turn[] = [];
  let next = 0;
  for (const turn of left.toSorted(byStart)) {
    const row = leftIndex.get(turn.speaker);
    if (row === undefined) continue;
    result.leftSec[row]! += turn.endSec - turn.startSec;
    for (; next < rightTurns.length && rightTurns[next]!.startSec < turn.endSec; next++)
      running.push(rightTurns[next]!);
    running = running.filter(({ endSec }) => endSec > turn.startSec);
    for (const other of running) {
      const column = rightIndex.get(other.speaker);
      const sharedSec = Math.min(turn.endSec, other.endSec) - Math.max(turn.startSec, other.startSec);
      if (column !== undefined && sharedSec > 0) result.sharedSec[row]![column]! += sharedSec;
    }
  }
  return result;
}
