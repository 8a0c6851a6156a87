import { describe, expect, it } from 'vitest';
import type { AuditRow } from '../../model/audit.ts';
import type { TransportId } from '../../model/operation.ts';
import { legacyRequirements } from '../requirements/legacy.ts';
import { runAudit } from '../run-audit.ts';
import type { LegacyFlaw } from '../testing/legacy-flaws.ts';
import { legacySession } from '../testing/legacy-session.ts';
import { probes } from './index.ts';

async function audited(transport: TransportId, flaws: readonly LegacyFlaw[] = [], samePrincipal?: string) {
  const managed = legacySession(transport, flaws, samePrincipal === undefined ? {} : { samePrincipal });
  return runAudit({ managed, requirements: legacyRequirements, probes, beside: true });
}

function ids(rows: readonly AuditRow[], outcome: AuditRow['outcome']): readonly string[] {
  return rows.flatMap((row) => (row.outcome === outcome ? [row.id] : []));
}

/** What no server can show, what has no number to be held to, and what only its death shows. */
const CLIENTS = ['2025-02', '2025-03', '2025-21', '2025-22', '2025-24', '2025-36', '2025-42', '2025-45'];
const UNSEEN = [...CLIENTS, '2025-48', '2025-53'].sort();

describe('a server of 2025-11-25 that does everything right', () => {
  it('over HTTP: everything is met that a server can show', async () => {
    const { rows, notes, ended } = await audited('http');
    expect(rows.filter(({ outcome }) => outcome === 'broken')).toEqual([]);
    expect(ids(rows, 'not-observable')).toEqual(UNSEEN);
    expect(ids(rows, 'not-applicable')).toEqual(['2025-52']);
    const bad = notes.filter(({ kind }) => kind === 'bad').map(({ text }) => text);
    expect({ bad, ended }).toEqual({ bad: [SHORT_TTL, ZERO_TTL].sort(), ended: null });
  });

  it('over stdio: what speaks of HTTP and of two principals does not apply', async () => {
    const { rows } = await audited('stdio');
    expect(rows.filter(({ outcome }) => outcome === 'broken')).toEqual([]);
    expect(ids(rows, 'not-applicable')).toEqual(['2025-23', '2025-50', '2025-52', '2025-55', '2025-56']);
  });
});

/** Allowed, and worth a note. */
const SHORT_TTL = 'a ttl shorter than the work takes the task away while it is at work';
const ZERO_TTL = 'a ttl of 0 is accepted and said, and the task is kept all the same';

type Flawed = readonly [flaw: LegacyFlaw, breaks: string, ...also: string[]];

/** Each flaw, the requirement it is made to break, and those it breaks with it. */
const FLAWS: readonly Flawed[] = [
  ['declares-nothing', '2025-01'],
  ['refuses-task-everywhere', '2025-04'],
  ['runs-forbidden', '2025-05'],
  ['hides-required', '2025-06'],
  ['answers-without-task', '2025-07'],
  ['late-receipt', '2025-08'],
  ['numbers-ids', '2025-09'],
  ['takes-client-ids', '2025-10'],
  ['repeats-ids', '2025-11'],
  ['begins-submitted', '2025-12'],
  ['no-creation-time', '2025-13'],
  ['updates-in-numbers', '2025-14'],
  ['says-no-ttl', '2025-15'],
  ['overflows-timers', '2025-15'],
  ['takes-negative-ttl', '2025-15'],
  ['unknown-status', '2025-16'],
  ['forgets-endings', '2025-17'],
  ['completes-cancelled', '2025-18'],
  ['says-no-reason', '2025-19'],
  ['completes-errors', '2025-20'],
  ['streams-readings', '2025-23'],
  ['gives-no-result', '2025-25'],
  ['forgets-cancelled', '2025-25'],
  ['answers-early', '2025-26'],
  ['results-differ', '2025-27'],
  ['results-have-another-form', '2025-27'],
  ['other-error', '2025-28'],
  ['unnamed-results', '2025-29', '2025-30'],
  ['unnamed-progress', '2025-30'],
  ['names-readings', '2025-31'],
  ['names-statuses', '2025-32'],
  ['heeds-meta', '2025-33'],
  ['asks-at-work', '2025-34'],
  ['unnamed-questions', '2025-35', '2025-30'],
  ['stays-asking', '2025-37'],
  ['other-token', '2025-38'],
  ['progress-after-end', '2025-39'],
  ['one-page', '2025-40'],
  ['hides-tasks', '2025-43', '2025-41'],
  ['takes-any-cursor', '2025-44'],
  ['cancels-ended', '2025-46'],
  ['cancels-later', '2025-47', '2025-46'],
  ['dies-after-cancel', '2025-48', '2025-18'],
  ['internal-errors', '2025-49'],
  ['opens-tasks', '2025-50'],
  ['counts-ids', '2025-51'],
  ['no-longest-ttl', '2025-54'],
  ['breaks-are-cancels', '2025-55'],
  ['unknown-session-is-400', '2025-56'],
];

describe('a server of 2025-11-25 that does one thing wrong', () => {
  it.each(FLAWS.map(([flaw, ...breaks]) => ({ flaw, breaks })))('$flaw breaks $breaks', async ({ flaw, breaks }) => {
    const { rows } = await audited('http', [flaw]);
    const broken = rows.filter(({ outcome }) => outcome === 'broken');
    const found = broken.map(({ id }) => id).sort();
    expect(found, JSON.stringify(broken.map(({ id, reason }) => [id, reason]))).toEqual([...breaks].sort());
    for (const { id, frames, reason } of broken) expect(frames.length, `${id}: ${reason}`).toBeGreaterThan(0);
  });

  it('lists tasks of one client for another where nothing tells them apart', async () => {
    const shown = async (...flaws: readonly LegacyFlaw[]) =>
      ids((await audited('http', flaws, 'all are one')).rows, 'broken');
    expect(await shown()).toEqual([]);
    expect(await shown('lists-for-strangers')).toEqual(['2025-52']);
  });

  it('leaves no requirement of a server without a flaw that breaks it', () => {
    const unprovable = ['2025-41', '2025-52', '2025-53']; // With 2025-43; above; has no number.
    const provable = legacyRequirements.filter(({ id, subject }) => subject === 'server' && !unprovable.includes(id));
    const proved = new Set(FLAWS.flatMap(([, first]) => first));
    expect(provable.map(({ id }) => id).filter((id) => !proved.has(id))).toEqual([]);
  });
});
