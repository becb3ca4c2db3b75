import { openSync, writeSync } from 'node:fs';
import { openStore } from '../store.ts';

/**
 * A process to be killed: edits one file of a project without a pause, says `ready` when it begins, and writes each change
 * as a line of JSON once it is confirmed, to a file (a pipe may be full). Arguments: project, media id, file.
 */
const [file, mediaId, confirmedFile] = process.argv.slice(2) as [string, string, string];
const confirmed = openSync(confirmedFile, 'w');

const store = await openStore({ path: file, create: false });
const document = await store.getDocument(mediaId);
let { revision } = document;
let speakerId = document.records.find(({ kind }) => kind === 'speaker')?.id;
writeSync(1, 'ready');
for (let step = 0; ; step++) {
  let change;
  if (speakerId === undefined) {
    change = await store.apply(mediaId, revision, { op: 'speaker.add' });
    speakerId = change.diff.added[0]!.id;
  } else if (step % 7 === 5) {
    change = await store.undo(mediaId, revision);
  } else if (step % 7 === 6 && step % 2 === 0) {
    change = await store.redo(mediaId, revision);
  } else {
    const startSec = revision * 2;
    change = await store.apply(mediaId, revision, { op: 'segment.add', speakerId, startSec, endSec: startSec + 1 });
  }
  ({ revision } = change);
  writeSync(confirmed, `${JSON.stringify(change)}\n`);
}
