import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { runDirectory } from '../model/run-directory.ts';
import { samplePlan } from '../model/testing/sample-plan.ts';
import { redactionOf, redactLogs } from './run-secrets.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'claimcheck-secrets-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const SECRET = 'very-secret-value';

function redaction() {
  const plan = samplePlan(1);
  const target = { ...plan.target, profile: { profile: { target: { env: { KEY: '{{env.THE_KEY}}' } } } } };
  return redactionOf({ ...plan, target }, { THE_KEY: SECRET });
}

it('takes secrets out of logs and ledger, and leaves the rest byte for byte', async () => {
  const directory = runDirectory(folder);
  const clean = 'no line end at the end, and \u0000 bytes';
  writeFileSync(directory.stderr(1), `started with ${SECRET}\nAuthorization: Bearer abc\nfine\n`);
  writeFileSync(directory.stderr(2), clean);
  writeFileSync(directory.ledger, `{"token":"${SECRET}"}\n`.repeat(60_000));
  await redactLogs(directory, redaction());
  expect(readFileSync(directory.stderr(1), 'utf8')).toBe(
    'started with [redacted]\nAuthorization: Bearer [redacted]\nfine\n',
  );
  expect(readFileSync(directory.stderr(2), 'utf8')).toBe(clean);
  expect(readFileSync(directory.ledger, 'utf8')).toBe('{"token":"[redacted]"}\n'.repeat(60_000));
});

it('knows no secrets of a plan that asks for none', () => {
  expect(redactionOf(samplePlan(1), { THE_KEY: SECRET })).toBeNull();
});
