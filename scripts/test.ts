/**
 * `node scripts/test.ts unit|slow|e2e …`: runs the runners of those suites one after another, prints one sum, and keeps
 * the counts in test-results/counts for `.ci/run`. Exit 1 when anything failed, ran nothing, or was skipped although what
 * it needs is here.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';

const root = path.resolve(import.meta.dirname, '..');
const resultDir = path.join(root, 'test-results', 'counts');
const hasShared = existsSync(path.join(root, '..', 'shared', 'data'));

export interface Counts {
  passed: number;
  failed: number;
  skipped: number;
}

interface Suite {
  command: string[];
  read(report: unknown): Counts & { skippedNames: string[] };
}

const vitestReport = z.object({
  testResults: z.array(
    z.object({
      name: z.string(),
      status: z.string(),
      assertionResults: z.array(z.object({ fullName: z.string(), status: z.string() })),
    }),
  ),
});

/** A file that could not even be loaded counts as one failure. */
function readVitest(report: unknown): Counts & { skippedNames: string[] } {
  const files = vitestReport.parse(report).testResults;
  const tests = files.flatMap((file) => file.assertionResults);
  const brokenFiles = files.filter(
    (file) => file.status === 'failed' && file.assertionResults.every((test) => test.status !== 'failed'),
  );
  const skipped = tests.filter((test) => test.status !== 'passed' && test.status !== 'failed');
  return {
    passed: tests.filter((test) => test.status === 'passed').length,
    failed: tests.filter((test) => test.status === 'failed').length + brokenFiles.length,
    skipped: skipped.length,
    skippedNames: skipped.map((test) => test.fullName),
  };
}

interface PlaywrightSuite {
  specs: { title: string; tests: { status: string }[] }[];
  suites?: PlaywrightSuite[] | undefined;
}
const playwrightSuite: z.ZodType<PlaywrightSuite> = z.lazy(() =>
  z.object({
    specs: z.array(z.object({ title: z.string(), tests: z.array(z.object({ status: z.string() })) })),
    suites: z.array(playwrightSuite).optional(),
  }),
);

function readPlaywright(report: unknown): Counts & { skippedNames: string[] } {
  const flatten = (suite: PlaywrightSuite): { title: string; status: string }[] => [
    ...suite.specs.flatMap((spec) => spec.tests.map((test) => ({ title: spec.title, status: test.status }))),
    ...(suite.suites ?? []).flatMap(flatten),
  ];
  const { suites, errors } = z.object({ suites: z.array(playwrightSuite), errors: z.array(z.unknown()) }).parse(report);
  const tests = suites.flatMap(flatten);
  return {
    passed: tests.filter((test) => test.status === 'expected' || test.status === 'flaky').length,
    failed: tests.filter((test) => test.status === 'unexpected').length + errors.length,
    skipped: tests.filter((test) => test.status === 'skipped').length,
    skippedNames: tests.filter((test) => test.status === 'skipped').map((test) => test.title),
  };
}

const jsonFile = (suite: string): string => path.join(resultDir, `${suite}.report.json`);
const vitest = (suite: string, projects: string[]): Suite => ({
  command: [
    'vitest',
    'run',
    ...projects.flatMap((name) => ['--project', name]),
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${jsonFile(suite)}`,
  ],
  read: readVitest,
});
const suites: Record<string, Suite> = {
  unit: vitest('unit', ['shared', 'main', 'renderer']),
  slow: vitest('slow', ['slow']),
  e2e: { command: ['playwright', 'test', '--reporter=list,json'], read: readPlaywright },
};

function run(name: string): Counts {
  const suite = suites[name];
  if (!suite) throw new Error(`There is no suite "${name}"; there are ${Object.keys(suites).join(', ')}.`);
  rmSync(jsonFile(name), { force: true });
  const bin = path.join(root, 'node_modules', '.bin');
  const result = spawnSync(path.join(bin, suite.command[0]!), suite.command.slice(1), {
    cwd: root,
    stdio: 'inherit',
    shell: process.platform === 'win32',
    env: {
      ...process.env,
      PATH: `${bin}${path.delimiter}${process.env['PATH'] ?? ''}`,
      PLAYWRIGHT_JSON_OUTPUT_NAME: jsonFile(name),
    },
  });
  if (!existsSync(jsonFile(name))) return { passed: 0, failed: 1, skipped: 0 };
  const { skippedNames, ...counts } = suite.read(JSON.parse(readFileSync(jsonFile(name), 'utf8')) as unknown);
  const wrongly = hasShared ? skippedNames.filter((test) => test.includes('needs ../shared')) : [];
  for (const test of wrongly) process.stderr.write(`Skipped although ../shared is here: ${test}\n`);
  // A runner that failed without a failed test (an unhandled error) is a failure too.
  const failed = counts.failed + wrongly.length;
  return { ...counts, failed: failed === 0 && (result.status !== 0 || counts.passed === 0) ? 1 : failed };
}

mkdirSync(resultDir, { recursive: true });
const total: Counts = { passed: 0, failed: 0, skipped: 0 };
for (const name of process.argv.slice(2)) {
  const counts = run(name);
  writeFileSync(path.join(resultDir, `${name}.json`), JSON.stringify(counts));
  process.stdout.write(`\n${name}: ${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped\n`);
  total.passed += counts.passed;
  total.failed += counts.failed;
  total.skipped += counts.skipped;
}
process.stdout.write(`\n${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped\n`);
process.exitCode = total.failed > 0 ? 1 : 0;
