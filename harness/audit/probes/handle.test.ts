import { describe, expect, it } from 'vitest';
import type { TransportId } from '../../model/operation.ts';
import { handleRequirements } from '../requirements/handle.ts';
import { runAudit } from '../run-audit.ts';
import { type HandleFlaw, handleSession } from '../testing/handle-server.ts';
import { probes } from './index.ts';

async function audited(transport: TransportId, ...flaws: readonly HandleFlaw[]) {
  return runAudit({ managed: handleSession(transport, flaws), requirements: handleRequirements, probes, beside: true });
}

describe('a server of job handles that does everything right', () => {
  it('over HTTP: everything is met', async () => {
    const { rows, notes } = await audited('http');
    const rest = rows
      .filter(({ outcome }) => outcome !== 'met')
      .map(({ id, outcome, reason }) => [id, outcome, reason]);
    expect({ rest, notes }).toEqual({ rest: [], notes: [] });
  });

  it('over stdio: there is one principal', async () => {
    const { rows } = await audited('stdio');
    expect(rows.filter(({ outcome }) => outcome !== 'met').map(({ id, outcome }) => [id, outcome])).toEqual([
      ['H-08', 'not-applicable'],
    ]);
  });
});

type Flawed = readonly [flaw: HandleFlaw, breaks: string, ...also: string[]];

/** Each flaw, the requirement it is made to break, and those it breaks with it. */
const FLAWS: readonly Flawed[] = [
  ['gives-no-reference', 'H-01'],
  ['late-receipt', 'H-02'],
  ['starts-late', 'H-03', 'H-22', 'H-23'],
  ['repeats-references', 'H-04', 'H-16'],
  ['counts-references', 'H-05'],
  ['unknown-is-working', 'H-06', 'H-08'],
  ['dies-of-lists', 'H-07'],
  ['opens-jobs', 'H-08'],
  ['looks-wait', 'H-09'],
  ['undocumented-states', 'H-10'],
  ['forgets-endings', 'H-11'],
  ['gives-no-hint', 'H-12'],
  ['failed-is-done', 'H-13'],
  ['says-no-reason', 'H-14'],
  ['gives-results-once', 'H-15'],
  ['mixes-results', 'H-16'],
  ['completes-cancelled', 'H-17'],
  ['cancels-ended', 'H-18'],
  ['cancels-unknown', 'H-19'],
  ['ignores-keys', 'H-20', 'H-21'],
  ['ignores-arguments', 'H-21'],
  ['loses-on-crash', 'H-22'],
  ['ignores-answers', 'H-23'],
];

describe('a server of job handles that does one thing wrong', () => {
  it.each(FLAWS.map(([flaw, ...breaks]) => ({ flaw, breaks })))('$flaw breaks $breaks', async ({ flaw, breaks }) => {
    const { rows } = await audited('http', flaw);
    const broken = rows.filter(({ outcome }) => outcome === 'broken');
    const found = broken.map(({ id }) => id);
    expect(found, JSON.stringify(broken.map(({ id, reason }) => [id, reason]))).toEqual(breaks);
    for (const { id, frames, reason } of broken) expect(frames.length, `${id}: ${reason}`).toBeGreaterThan(0);
  });

  it('is known for every requirement', () => {
    expect(handleRequirements.map(({ id }) => id)).toEqual(FLAWS.map(([, first]) => first));
  });
});
