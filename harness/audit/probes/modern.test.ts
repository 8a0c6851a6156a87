import { describe, expect, it } from 'vitest';
import type { AuditRow } from '../../model/audit.ts';
import type { TransportId } from '../../model/operation.ts';
import { modernRequirements } from '../requirements/modern.ts';
import { runAudit } from '../run-audit.ts';
import type { ModernFlaw } from '../testing/modern-flaws.ts';
import { modernSession } from '../testing/modern-server.ts';
import { probes } from './index.ts';

async function audited(transport: TransportId, ...flaws: readonly ModernFlaw[]) {
  const managed = modernSession(transport, flaws);
  return runAudit({ managed, requirements: modernRequirements, probes, beside: true });
}

function ids(rows: readonly AuditRow[], outcome: AuditRow['outcome']): readonly string[] {
  return rows.flatMap((row) => (row.outcome === outcome ? [row.id] : []));
}

/** What no server can show. */
const CLIENTS = ['2026-06', '2026-07', '2026-32', '2026-33', '2026-37', '2026-38', '2026-44', '2026-48'];

describe('a server that does everything right', () => {
  it('over HTTP: everything is met that a server can show', async () => {
    const { rows, notes, ended } = await audited('http');
    expect(rows.filter(({ outcome }) => outcome === 'broken')).toEqual([]);
    expect(ids(rows, 'not-observable')).toEqual(CLIENTS);
    expect(ids(rows, 'not-applicable')).toEqual(['2026-03']);
    expect({ bad: notes.filter(({ kind }) => kind === 'bad'), ended }).toEqual({ bad: [], ended: null });
  });

  it('over stdio: what speaks of headers and of two principals does not apply', async () => {
    const { rows } = await audited('stdio');
    expect(rows.filter(({ outcome }) => outcome === 'broken')).toEqual([]);
    expect(ids(rows, 'not-applicable')).toEqual(['2026-03', '2026-44', '2026-45', '2026-47']);
  });
});

type Flawed = readonly [flaw: ModernFlaw, breaks: string, ...also: string[]];

/** Each flaw, the requirement it is made to break, and those it breaks with it. */
const FLAWS: readonly Flawed[] = [
  ['names-no-extension', '2026-01'],
  ['keeps-legacy-capability', '2026-01'],
  ['gives-tasks-to-all', '2026-02', '2026-08', '2026-09'],
  ['refuses-without-data', '2026-04', '2026-05'],
  ['serves-undeclared-gets', '2026-04'],
  ['lets-undeclared-listen', '2026-05'],
  ['heeds-task-parameter', '2026-08'],
  ['heeds-legacy-capability', '2026-08'],
  ['receipt-is-complete', '2026-09'],
  ['readings-are-tasks', '2026-10'],
  ['acks-are-tasks', '2026-10'],
  ['says-ttl', '2026-11'],
  ['fractional-ttl', '2026-11'],
  ['serves-task-lists', '2026-12'],
  ['creates-late', '2026-13'],
  ['working-with-result', '2026-15'],
  ['forgets-questions', '2026-16'],
  ['completed-without-result', '2026-17'],
  ['cancelled-with-result', '2026-18'],
  ['failed-without-error', '2026-19', '2026-23'],
  ['unknown-is-internal', '2026-20'],
  ['reads-move-dates', '2026-21', '2026-42'],
  ['forgets-endings', '2026-22'],
  ['fails-is-errors', '2026-23', '2026-24'],
  ['completes-errors', '2026-23'],
  ['other-error-code', '2026-23'],
  ['loses-is-error', '2026-24'],
  ['says-no-reason', '2026-25'],
  ['changes-questions', '2026-26'],
  ['asks-again-by-key', '2026-27'],
  ['acks-with-task', '2026-28'],
  ['accepts-unknown-update', '2026-29'],
  ['refuses-stray-answers', '2026-30'],
  ['ignores-answers', '2026-31'],
  ['cancel-answers-task', '2026-34'],
  ['accepts-unknown-cancel', '2026-35'],
  ['cancels-by-notification', '2026-36'],
  ['revives-cancelled', '2026-22'],
  ['drops-ended', '2026-39'],
  ['tells-before-acknowledging', '2026-40'],
  ['grants-more', '2026-40'],
  ['subscription-without-id', '2026-41'],
  ['tells-other-states', '2026-42'],
  ['sends-progress', '2026-43'],
  ['trusts-headers', '2026-45'],
  ['refuses-base64', '2026-45', '2026-20'],
  ['counts-ids', '2026-46'],
  ['repeats-ids', '2026-46'],
  ['opens-reads', '2026-47'],
  ['opens-cancels', '2026-47'],
  ['opens-subscriptions', '2026-47'],
  ['receipt-with-questions', '2026-14'],
  ['starts-unanswered', '2026-14'],
];

describe('a server that does one thing wrong', () => {
  it.each(FLAWS.map(([flaw, ...breaks]) => ({ flaw, breaks })))('$flaw breaks $breaks', async ({ flaw, breaks }) => {
    const { rows } = await audited('http', flaw);
    const broken = rows.filter(({ outcome }) => outcome === 'broken');
    expect(broken.map(({ id }) => id).sort(), JSON.stringify(broken.map(({ reason }) => reason))).toEqual(
      [...breaks].sort(),
    );
    for (const { id, frames, reason } of broken) expect(frames.length, `${id}: ${reason}`).toBeGreaterThan(0);
  });

  it('may serve its tool as a task only, and then says so', async () => {
    const { rows } = await audited('http', 'serves-tasks-only');
    expect(ids(rows, 'broken')).toEqual([]);
    expect(rows.find(({ id }) => id === '2026-03')).toMatchObject({ outcome: 'met' });
    const silent = await audited('http', 'serves-tasks-only', 'refuses-without-data');
    expect(ids(silent.rows, 'broken')).toEqual(['2026-03', '2026-04', '2026-05']);
  });

  it('is noted beside the requirements where none of them speaks of it', async () => {
    const bad = async (flaw: ModernFlaw) =>
      (await audited('http', flaw)).notes.flatMap(({ kind, text }) => (kind === 'bad' ? [text] : []));
    expect(await bad('loses-on-crash')).toEqual([
      expect.stringMatching(/^a task read after the server was killed .*: error -32602/),
    ]);
    expect(await bad('dies-of-depth')).toEqual([
      expect.stringMatching(/^after 10000 nested brackets .* answered no more/),
    ]);
  });

  it('leaves no requirement of a server without a flaw that breaks it', () => {
    const provable = modernRequirements.filter(({ id, subject }) => subject === 'server' && id !== '2026-03');
    const proved = new Set(FLAWS.flatMap(([, first]) => first));
    expect(provable.map(({ id }) => id).filter((id) => !proved.has(id))).toEqual([]);
  });
});
