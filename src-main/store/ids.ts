import { randomBytes } from 'node:crypto';

/** 96 random bits for this run of the store. */
const run = randomBytes(12).toString('base64url');
let count = 0;

/** Never the same twice, and rising within a run: 20,000 new rows then go to one place of a table instead of all over it. */
export const newId = (): string => `${run}${(count++).toString(36).padStart(6, '0')}`;
