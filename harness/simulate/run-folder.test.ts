import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createRunFolder } from './run-folder.ts';

let scratch: string;
beforeEach(() => {
  scratch = mkdtempSync(join(tmpdir(), 'claimcheck-folder-'));
});
afterEach(() => rmSync(scratch, { recursive: true, force: true }));

describe('the folder of a run', () => {
  it('is given out again where nothing was left in it', () => {
    const folder = createRunFolder(scratch);
    const first = folder.open();
    folder.close();
    expect(folder.open()).toBe(first);
    expect(readdirSync(scratch)).toHaveLength(1);
  });

  it('is another one, and empty, after a run that left something', () => {
    const folder = createRunFolder(scratch);
    const first = folder.open();
    writeFileSync(join(first, 'tasks.db'), 'x');
    folder.close();
    const second = folder.open();
    expect(existsSync(first)).toBe(false);
    expect(readdirSync(second)).toEqual([]);
  });
});
