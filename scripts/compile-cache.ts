import os from 'node:os';
import path from 'node:path';

/**
 * The processes that tests start (command line, host, engine and its workers) keep their compiled code from one start to
 * the next: half of the CPU time of those tests was spent on reading the same TypeScript again. Node checks the content of
 * each file against what it keeps, and leaves what was edited aside.
 */
export function rememberCompiledCode(): void {
  process.env['NODE_COMPILE_CACHE'] ??= path.join(os.tmpdir(), `diarist-test-code-${os.userInfo().uid}`);
}
