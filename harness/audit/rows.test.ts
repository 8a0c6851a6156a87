import { describe, expect, it } from 'vitest';
import { auditExitCode } from '../cli/audit-exit.ts';
import type { AuditFrame } from '../model/audit.ts';
import { entry } from '../model/registry.ts';
import { broken, met, notApplicable, notObservable, type Observation, type Probe } from './probe.ts';
import { probes } from './probes/index.ts';
import { modernCrash } from './probes/modern-crash.ts';
import { ServerGone } from './real-session.ts';
import { BOTH, HTTP_ONLY, type Requirement } from './requirement.ts';
import { REQUIREMENTS } from './requirements/index.ts';
import { rowsOf } from './rows.ts';
import { runAudit } from './run-audit.ts';
import { modernSession } from './testing/modern-server.ts';

const frame: AuditFrame = { direction: 'sent', link: 'a', atMs: 1, head: null, text: '{}', cutChars: 0 };
const section = { name: 'S', url: 'https://example.org/s' };
const base = { title: 'It does.', level: 'must', subject: 'server', section } as const;
const one: Requirement = { ...base, id: 'X-1', transports: BOTH };
const web: Requirement = { ...base, id: 'X-2', transports: HTTP_ONLY };
const client: Requirement = { ...base, id: 'X-3', subject: 'client', transports: BOTH, unseen: 'a duty of the client' };
const by = (probe: string, ...seen: readonly Observation[]) => seen.map((observation) => ({ ...observation, probe }));

describe('rowsOf', () => {
  it('lets what is broken win over what is met, and keeps the frames of it alone', () => {
    const seen = [...by('a', met('X-1', 'fine')), ...by('b', broken('X-1', 'it did not', { frames: [frame] }))];
    expect(rowsOf([one], seen, { transport: 'stdio' })).toEqual([
      {
        ...{ id: 'X-1', title: 'It does.', level: 'must', subject: 'server', section, conformance: null },
        ...{ probes: ['a', 'b'], outcome: 'broken', reason: 'it did not', frames: [frame] },
      },
    ]);
  });

  it('lets what is met win over what was not seen', () => {
    const seen = by(
      'a',
      notObservable('X-1', 'no'),
      notApplicable('X-1', 'none'),
      met('X-1', 'fine'),
      met('X-1', 'fine'),
    );
    expect(rowsOf([one], seen, { transport: 'http' })[0]).toMatchObject({ outcome: 'met', reason: 'fine', frames: [] });
  });

  it('never calls met what nobody looked at', () => {
    expect(rowsOf([one, client], [], { transport: 'http' }).map(({ outcome, reason }) => [outcome, reason])).toEqual([
      ['not-observable', 'no probe looks at it'],
      ['not-observable', 'a duty of the client'],
    ]);
    const ended = rowsOf([one], [], { transport: 'http', unprobed: 'the audit was interrupted' });
    expect(ended[0]).toMatchObject({ outcome: 'not-observable', reason: 'the audit was interrupted' });
  });

  it('does not hold over stdio what speaks of HTTP', () => {
    expect(rowsOf([web], by('a', met('X-2', 'fine')), { transport: 'stdio' })[0]).toMatchObject({
      outcome: 'not-applicable',
      reason: 'it says nothing over stdio; audit it over http',
    });
  });

  it('ends with 1 for a broken must, 3 for a broken should when strict, 2 without any evidence', () => {
    const rows = (level: 'must' | 'should', seen: readonly Observation[]) =>
      rowsOf([{ ...one, level }], by('a', ...seen), { transport: 'stdio' });
    expect(auditExitCode(rows('must', [broken('X-1', 'no')]), false)).toBe(1);
    expect(auditExitCode(rows('should', [broken('X-1', 'no')]), false)).toBe(0);
    expect(auditExitCode(rows('should', [broken('X-1', 'no')]), true)).toBe(3);
    expect(auditExitCode(rows('must', [met('X-1', 'yes')]), true)).toBe(0);
    expect(auditExitCode(rows('must', [notApplicable('X-1', 'none')]), false)).toBe(2);
  });
});

describe('the registries', () => {
  const known = Object.values(REQUIREMENTS).flat();

  it('name every requirement once a list, with a sentence and a source', () => {
    for (const list of Object.values(REQUIREMENTS)) {
      expect(new Set(list.map(({ id }) => id)).size).toBe(list.length);
    }
    for (const { title, section: source } of known) {
      expect(title).toMatch(/^[A-Za-z].+\.$/);
      expect(URL.canParse(source.url), source.url).toBe(true);
    }
  });

  it('name probes by their file, which observe requirements that there are', () => {
    const ids = new Set(known.map(({ id }) => id));
    for (const [name, { meta }] of Object.entries(probes)) {
      expect(meta.id).toBe(name);
      expect(meta.observes.filter((id) => !ids.has(id))).toEqual([]);
      expect(meta.description).toMatch(/\.$/);
    }
  });
});

describe('runAudit', () => {
  const requirements = REQUIREMENTS['tasks-2026-07-28'] ?? [];
  const probe = (run: Probe['run'], observes: readonly string[] = ['2026-13']) => ({
    meta: { ...modernCrash.meta, observes },
    run,
  });

  it('takes nothing for evidence that was seen while it was being interrupted', async () => {
    const controller = new AbortController();
    const managed = modernSession('http');
    const session = { ...managed.session, signal: controller.signal };
    const interrupted = probe(async () => {
      controller.abort(new Error('interrupted'));
      return [broken('2026-13', 'the connection was closed')];
    });
    const run = await runAudit({
      ...{ managed: { ...managed, session }, requirements, beside: false },
      probes: { a: entry(interrupted) },
    });
    expect(run.ended).toBe('the audit was interrupted');
    expect(run.rows.filter(({ outcome }) => outcome === 'broken')).toEqual([]);
  });

  it('ends where the server is gone, and says so of all that was not looked at', async () => {
    const gone = probe(async () => {
      throw new ServerGone('no reply within 5 ms');
    });
    const { rows, ended } = await runAudit({
      ...{ managed: modernSession('http'), requirements, beside: false },
      probes: { a: entry(gone), b: entry(modernCrash) },
    });
    expect(ended).toMatch(/the server was gone during the probe .*: no reply within 5 ms/);
    expect(rows.find(({ id }) => id === '2026-13')).toMatchObject({ outcome: 'not-observable', reason: ended });
  });

  it('is stopped by a probe that speaks of what it did not announce', async () => {
    const loose = probe(async () => [met('2026-14', 'fine')]);
    const run = runAudit({
      ...{ managed: modernSession('http'), requirements, beside: false },
      probes: { a: entry(loose) },
    });
    await expect(run).rejects.toThrow(/observed 2026-14, which its meta does not announce/);
  });
});
