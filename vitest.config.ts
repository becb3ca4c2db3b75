import { defineConfig } from 'vitest/config';
import { rememberCompiledCode } from './scripts/compile-cache.ts';

/**
 * Unit projects by zone. `slow` holds long media and heavy nets; CI runs it too (`npm run test:slow`).
 * A test that needs `../shared` says so through `src-main/testing/shared-data.ts`, which skips it by name.
 */
rememberCompiledCode();
const slow = ['**/*.slow.test.ts'];

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'shared',
          include: ['src-shared/**/*.test.ts'],
          exclude: slow,
          environment: 'node',
          testTimeout: 20_000,
        },
      },
      {
        test: {
          name: 'main',
          include: ['src-main/**/*.test.ts', 'scripts/**/*.test.ts', 'resources/**/*.test.ts', 'models/**/*.test.ts'],
          exclude: slow,
          environment: 'node',
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'renderer',
          include: ['src-renderer/**/*.test.{ts,tsx}'],
          exclude: slow,
          environment: 'happy-dom',
          // The palette's contrast is tested on the real tokens.
          css: { include: [/tokens\.css/] },
        },
      },
      {
        test: {
          name: 'slow',
          include: ['src-*/**/*.slow.test.ts'],
          environment: 'node',
          testTimeout: 600_000,
          hookTimeout: 600_000,
          fileParallelism: false,
        },
      },
    ],
  },
});
