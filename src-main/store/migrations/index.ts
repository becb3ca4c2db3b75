import { firstSchema } from './0001-first-schema.ts';
import { pictureSchema } from './0002-picture.ts';
import { sequence } from './migration.ts';

/** In order. A published migration never changes; a change of form is a new one. */
export const migrations = sequence(firstSchema, pictureSchema);
