import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { UsageError } from '../model/usage-error.ts';
import { benchScript } from './bench.ts';
import { findPackage } from './package.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'claimcheck-bench-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('claimcheck bench', () => {
  it('finds its program in a clone', () => {
    const { root } = findPackage();
    expect(benchScript(root)).toBe(join(root, '.ci', 'bench.mjs'));
  });

  it('says in an installed package that it needs a clone', () => {
    expect(() => benchScript(folder)).toThrow(UsageError);
    expect(() => benchScript(folder)).toThrow(/In a clone of the repository: npm ci, then npx claimcheck bench/);
  });

  it('says which tools of development are missing', () => {
    mkdirSync(join(folder, '.ci'));
    writeFileSync(join(folder, '.ci', 'bench.mjs'), '');
    expect(() => benchScript(folder)).toThrow(/bench needs rolldown and tinybench.*npm ci --include=dev/);
  });
});
