import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest';
import { findPackage } from '../package.ts';
import type {} from './vitest.ts';

const { root } = findPackage();
const SMALL_SERVER = readFileSync(join(root, 'fixtures/examples/small-server.mjs'), 'utf8');
const folder = mkdtempSync(join(tmpdir(), 'claimcheck-matchers-'));
const out = join(folder, 'runs');
const small = { set: ['calls=12', 'agents.count=4'], out };

function module(name: string, text = SMALL_SERVER) {
  const file = join(folder, name);
  writeFileSync(file, text);
  return { module: file };
}
const good = module('good.mjs');
const bad = module(
  'bad.mjs',
  SMALL_SERVER.replace('ledger.commit(topic);', 'ledger.commit(topic); ledger.commit(topic);'),
);
const slow = module('slow.mjs', SMALL_SERVER.replace('setTimeout(resolve, ms)', 'setTimeout(resolve, ms * 1.1)'));
const messageOf = (failing: Promise<unknown>): Promise<string> =>
  failing.then(
    () => 'it passed',
    (error: unknown) => (error instanceof Error ? error.message : String(error)),
  );

// From dist/, as a project that installed the package has them: the thread of virtual time needs files that Node can load.
beforeAll(async () => {
  await import(pathToFileURL(join(root, 'dist/harness/cli/matchers/vitest.js')).href);
});
afterEach(() => vi.unstubAllEnvs());
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it('a server that keeps its promises survives, and nothing is left of the run', async () => {
  await expect(good).toSurvive('steady', small);
  expect(readdirSync(out)).toEqual([]);
  await expect(good).toSurvive('steady', { ...small, keep: true });
  expect(readdirSync(out).length).toBe(1);
  expect(await messageOf(expect(good).not.toSurvive('steady', small))).toMatch(
    /^expected not the server to survive steady\n\nsteady: valid/,
  );
});

it('a server that does work twice does not, and the test says which promise it broke', async () => {
  const message = await messageOf(expect(bad).toSurvive('steady', small));
  expect(message).toMatch(/^expected the server to survive steady\n\nsteady: VIOLATED/);
  expect(message).toMatch(/violated {2}S3: /);
  const [, directory = ''] = /directory (\S+)/.exec(message) ?? [];
  expect(readdirSync(directory)).toContain('report.html');
  await expect(bad).not.toSurvive('steady', small);
});

it('what is unknown passes neither way', async () => {
  // Of a single call none can be beside another, which the scenario asks for.
  const single = { set: ['calls=1', 'agents.count=1'], out };
  const unknown = /^there is no evidence for an answer\n\nsteady: unknown/;
  expect(await messageOf(expect(good).toSurvive('steady', single))).toMatch(unknown);
  expect(await messageOf(expect(good).not.toSurvive('steady', single))).toMatch(unknown);
});

it('a threshold is met or missed', async () => {
  await expect(good).toMeet('lost == 0', small);
  await expect(good).not.toMeet('service.mean < 1ms', small);
  expect(await messageOf(expect(good).toMeet('service.mean < 1ms', small))).toMatch(
    /^expected service.mean < 1ms? in steady; it was \d+/,
  );
  expect(await messageOf(expect(good).toMeet('servce.mean < 1ms', small))).toMatch(/servce/);
});

it('the first run is the baseline of the next, except where a machine tests', async () => {
  const file = join(folder, 'steady.baseline.json');
  vi.stubEnv('CI', '1');
  expect(await messageOf(expect(good).toMatchBaseline(file, small))).toMatch(/does not exist/);
  vi.stubEnv('CI', '');
  await expect(good).toMatchBaseline(file, small);
  await expect(good).toMatchBaseline(file, small);
  expect(await messageOf(expect(slow).toMatchBaseline(file, small))).toMatch(/FAIL +metric service.mean/);
  await expect(slow).not.toMatchBaseline(file, small);
  vi.stubEnv('CLAIMCHECK_UPDATE', '1');
  await expect(slow).toMatchBaseline(file, small);
  vi.stubEnv('CLAIMCHECK_UPDATE', '');
  await expect(slow).toMatchBaseline(file, small);
});

it('a server of a process runs in real time', async () => {
  const server = { server: `node ${join(root, 'dist/src/main.js')} --store memory --transport stdio` };
  await expect(server).toSurvive('steady', { ...small, set: ['calls=8', 'agents.count=4', 'work=[{ms: 50}]'] });
});

it.each([
  [{}, undefined, 'expected one of server, url, profile, module'],
  [{ modul: 'x.mjs' }, undefined, 'modul'],
  [good, { seeds: 3 }, 'seeds'],
])('%j with %j is refused', async (server, choice, why) => {
  const assertion = expect(server);
  const refused = messageOf(Reflect.apply(assertion.toSurvive, assertion, ['steady', choice]));
  expect(await refused).toContain(why);
});
