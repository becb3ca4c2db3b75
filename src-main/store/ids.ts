import { randomBytes } from 'node:crypto';

/** 96 random bits: never the same twice, short in 20,000 rows. */
export const newId = (): string => randomBytes(12).toString('base64url');
