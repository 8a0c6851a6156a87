import { expect, test } from 'vitest';
import { type LegalRun, LIVES, tellRun, type Wrong } from '../model/testing/legal-history.ts';
import { judge } from './judge.ts';

/**
 * Whole runs as they lie on disk, each with its verdict. When a checker is meant to say something else, or the history gets a
 * new kind of line, remake them and read the difference:
 *
 *   npx vitest run --project unit harness/judge/golden.test.ts -u
 */
const GOLDEN: Readonly<Record<string, { readonly run: LegalRun; readonly wrong: Wrong | null }>> = {
  'killed-and-correct': { run: { lives: [...LIVES, ...LIVES], agents: 4, killsMs: [35, 60, 95] }, wrong: null },
  'forgotten-task': { run: { lives: ['plain', 'plain'], agents: 2, killsMs: [50] }, wrong: 'denied later' },
  'doubled-effect': { run: { lives: ['plain', 'probed'], agents: 1, killsMs: [] }, wrong: 'committed again' },
  'broken-key': {
    run: { lives: ['plain', 'lost-receipt'], agents: 1, killsMs: [] },
    wrong: 'another task for the key',
  },
  'endless-task': { run: { lives: ['plain', 'plain'], agents: 1, killsMs: [40] }, wrong: 'never settled' },
};

const REMAKE = 'to remake: npx vitest run --project unit harness/judge/golden.test.ts -u';
const fileOf = (name: string, file: string) => `../../fixtures/histories/${name}/${file}`;

test.each(Object.keys(GOLDEN))('%s', async (name) => {
  const golden = GOLDEN[name];
  if (!golden) throw new Error(`no golden history ${name}`);
  const h = tellRun(golden.run, golden.wrong);
  const lines = h.events.map((event) => `${JSON.stringify(event)}\n`).join('');
  await expect(`${JSON.stringify(h.plan, null, 2)}\n`, REMAKE).toMatchFileSnapshot(fileOf(name, 'plan.json'));
  await expect(lines, REMAKE).toMatchFileSnapshot(fileOf(name, 'history.jsonl'));
  // Metrics are shown on histories of their own: a new one must not change every verdict here.
  const { metrics, ...verdict } = await judge({
    plan: h.plan,
    history: h.history(),
    directory: `fixtures/histories/${name}`,
  });
  expect(Object.keys(metrics)).toEqual(Object.keys(metrics).sort());
  await expect(`${JSON.stringify(verdict, null, 2)}\n`, REMAKE).toMatchFileSnapshot(fileOf(name, 'verdict.json'));
});
