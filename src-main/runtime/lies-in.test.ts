import { describe, expect, it } from 'vitest';
import { liesIn } from './lies-in.ts';

describe('liesIn', () => {
  it('is true below a folder, and of nothing else', () => {
    expect(liesIn('/a/b/c', '/a/b')).toBe(true);
    expect(liesIn('/a/b/..c', '/a/b/')).toBe(true);
    for (const file of ['/a/b', '/a', '/a/bc', '/a/b/../c', '/']) expect(liesIn(file, '/a/b')).toBe(false);
  });
});
