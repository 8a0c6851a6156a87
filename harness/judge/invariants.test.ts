import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type LegalRun, LIVES, tellRun, WRONGS, type Wrong } from '../model/testing/legal-history.ts';
import { judgeInvariants, loadJudge } from './invariants.ts';
import { judge } from './judge.ts';

const run: fc.Arbitrary<LegalRun> = fc.record({
  lives: fc.array(fc.constantFrom(...LIVES), { minLength: 1, maxLength: 8 }),
  agents: fc.integer({ min: 1, max: 4 }),
  killsMs: fc.uniqueArray(fc.integer({ min: 1, max: 150 }), { maxLength: 2 }).map((ms) => ms.sort((a, b) => a - b)),
});
const NAMES = Object.keys(WRONGS).filter((name): name is Wrong => Object.hasOwn(WRONGS, name));
const wrong = fc.option(fc.constantFrom(...NAMES));

test('the quick judgement of any run is that of the whole verdict', async () => {
  const quick = await loadJudge();
  await fc.assert(
    fc.asyncProperty(run, wrong, fc.nat(), fc.boolean(), async (told, broken, end, isCut) => {
      const { plan, events } = tellRun(told, broken);
      // Any prefix is a history as well: the run was interrupted there.
      const history = { events: isCut ? events.slice(0, 1 + (end % events.length)) : events, cut: isCut };
      const verdict = await judge({ plan, history });
      expect(judgeInvariants({ plan, ...history }, quick)).toEqual({
        valid: verdict.valid,
        violations: verdict.checkers
          .filter(({ valid }) => valid === false)
          .flatMap(({ id, findings }) => findings.map((finding) => ({ checker: id, finding }))),
        situations: verdict.coverage
          .filter(({ reached }) => reached > 0)
          .map(({ id, reached }) => ({ id, count: reached })),
        fates: verdict.fates,
        faults: {
          planned: sum(verdict.faults.map(({ planned }) => planned)),
          verified: sum(verdict.faults.map(({ verified }) => verified)),
        },
      });
    }),
    { numRuns: 150 },
  );
});

test('what is wrong is named by its checker, with the events that show it', async () => {
  const { plan, events } = tellRun({ lives: ['plain'], agents: 1, killsMs: [] }, 'committed again');
  const { valid, violations, fates } = judgeInvariants({ plan, events, cut: false }, await loadJudge());
  const commits = events.filter((event) => event.kind === 'fx' && event.phase === 'commit').map(({ seq }) => seq);
  expect({ valid, fates }).toEqual({ valid: false, fates: { doubled: 1, refused: 1 } });
  expect(violations.map(({ checker, finding }) => [checker, finding.invariant, finding.events])).toEqual([
    ['duplicate-effects', 'S3', commits],
  ]);
});

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
