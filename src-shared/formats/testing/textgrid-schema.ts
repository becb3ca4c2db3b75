/**
 * What Praat's manual asks of a long TextGrid: counts that are right, intervals that follow each other without gap from the
 * tier's beginning to its end, tiers as long as the file. Read line by line, apart from our own reader.
 */
export function textGridProblems(text: string): string[] {
  const problems: string[] = [];
  const expectLine = (at: number, pattern: RegExp): RegExpExecArray | null => {
    const match = pattern.exec(lines[at] ?? '');
    if (!match) problems.push(`line ${at + 1} is ${JSON.stringify(lines[at])}, not ${pattern.source}`);
    return match;
  };
  const lines = joinQuoted(text);
  expectLine(0, /^File type = "ooTextFile"$/);
  expectLine(1, /^Object class = "TextGrid"$/);
  expectLine(2, /^$/);
  const start = Number(expectLine(3, /^xmin = (\S+) ?$/)?.[1]);
  const end = Number(expectLine(4, /^xmax = (\S+) ?$/)?.[1]);
  expectLine(5, /^tiers\? <exists> ?$/);
  const tiers = Number(expectLine(6, /^size = (\d+) ?$/)?.[1]);
  expectLine(7, /^item \[\]: ?$/);
  let at = 8;
  const next = (pattern: RegExp) => expectLine(at++, pattern);
  for (let tier = 1; tier <= tiers && problems.length === 0; tier++) {
    next(new RegExp(`^ {4}item \\[${tier}\\]: ?$`));
    next(/^ {8}class = "IntervalTier" ?$/);
    next(/^ {8}name = "(?:[^"]|"")*" ?$/s);
    if (Number(next(/^ {8}xmin = (\S+) ?$/)?.[1]) !== start) problems.push(`tier ${tier} begins elsewhere`);
    if (Number(next(/^ {8}xmax = (\S+) ?$/)?.[1]) !== end) problems.push(`tier ${tier} ends elsewhere`);
    const count = Number(next(/^ {8}intervals: size = (\d+) ?$/)?.[1]);
    let reached = start;
    for (let k = 1; k <= count && problems.length === 0; k++) {
      next(new RegExp(`^ {8}intervals \\[${k}\\]: ?$`));
      const from = Number(next(/^ {12}xmin = (\S+) ?$/)?.[1]);
      const to = Number(next(/^ {12}xmax = (\S+) ?$/)?.[1]);
      next(/^ {12}text = "(?:[^"]|"")*" ?$/s);
      if (from !== reached) problems.push(`interval ${k} of tier ${tier} begins at ${from}, not at ${reached}`);
      if (!(to > from)) problems.push(`interval ${k} of tier ${tier} has no length`);
      reached = to;
    }
    if (reached !== end) problems.push(`the intervals of tier ${tier} end at ${reached}, not at ${end}`);
  }
  if (problems.length === 0 && lines.slice(at).some((line) => line !== ''))
    problems.push('there is more after the last tier');
  return problems;
}

/** Lines, where a text in quotes may hold line ends. */
function joinQuoted(text: string): string[] {
  const lines: string[] = [];
  for (const line of text.split('\n')) {
    const open = lines.at(-1);
    if (open !== undefined && (open.match(/"/g)?.length ?? 0) % 2 === 1) lines[lines.length - 1] = `${open}\n${line}`;
    else lines.push(line);
  }
  return lines;
}
