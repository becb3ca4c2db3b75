import { z } from 'zod';

/** `local.json` beside `local.u8`. Apart from the grid, which workers load: they check nothing. */
export const localGridFile = 'local.json';
export const localGridSchema = z.object({ hopSamples: z.number().int().positive() });
