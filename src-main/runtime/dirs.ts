import path from 'node:path';
import envPaths from 'env-paths';

const paths = envPaths('diarist', { suffix: '' });

/** Bulk arrays that can be recomputed: the OS cache place, or DIARIST_CACHE_DIR. */
export const defaultCacheDir = (): string => process.env['DIARIST_CACHE_DIR'] ?? paths.cache;

/** Settings and pulled models: the OS data place, or DIARIST_DATA_DIR. */
export const defaultDataDir = (): string => process.env['DIARIST_DATA_DIR'] ?? paths.data;

/** Models a person pulled. */
export const userModelsDir = (): string => path.join(defaultDataDir(), 'models');
