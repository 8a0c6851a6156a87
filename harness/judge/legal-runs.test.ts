import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type LegalRun, LIVES, tellRun, WRONGS, type Wrong } from '../model/testing/legal-history.ts';
import type { Verdict } from '../model/verdict.ts';
import { judge } from './judge.ts';

const legalRun: fc.Arbitrary<LegalRun> = fc.record({
  lives: fc.array(fc.constantFrom(...LIVES), { minLength: 1, maxLength: 12 }),
  agents: fc.integer({ min: 1, max: 4 }),
  killsMs: fc
    .uniqueArray(fc.integer({ min: 1, max: 30 }), { maxLength: 3 })
    .map((places) => places.sort((a, b) => a - b).map((place) => place * 5)),
});

async function verdictOf(run: LegalRun, wrong: Wrong | null): Promise<Verdict> {
  const h = tellRun(run, wrong);
  return judge({ plan: h.plan, history: h.history(), metrics: [] });
}

/** Every invariant that a finding names. */
function broken({ checkers }: Verdict): readonly string[] {
  return [...new Set(checkers.flatMap(({ findings }) => findings.map(({ invariant }) => invariant)))].sort();
}

test('a legal run breaks nothing, and its fates add up', async () => {
  await fc.assert(
    fc.asyncProperty(legalRun, async (run) => {
      const verdict = await verdictOf(run, null);
      expect(broken(verdict)).toEqual([]);
      expect(verdict.checkers.filter(({ valid }) => valid === false)).toEqual([]);
      expect(Object.values(verdict.fates).reduce((sum, count) => sum + count, 0)).toBe(run.lives.length + 1);
    }),
    { numRuns: 150 },
  );
});

const wrongs = Object.entries(WRONGS).map(([wrong, rule]) => {
  const mayAlsoShow: readonly string[] = 'mayAlsoShow' in rule ? rule.mayAlsoShow : [];
  return { wrong, invariant: rule.invariant, life: rule.life, mayAlsoShow };
});

test.each(wrongs)('$wrong breaks exactly $invariant', async ({ wrong, invariant, life, mayAlsoShow }) => {
  const known = Object.keys(WRONGS).find((name): name is Wrong => name === wrong);
  if (known === undefined) throw new Error(`no wrong ${wrong}`);
  await fc.assert(
    fc.asyncProperty(legalRun, async ({ lives, ...rest }) => {
      const verdict = await verdictOf({ ...rest, lives: [life, ...lives.slice(1)] }, known);
      expect(broken(verdict).filter((found) => !mayAlsoShow.includes(found))).toEqual([invariant]);
      expect(verdict.valid).toBe(false);
    }),
    { numRuns: 40 },
  );
});
