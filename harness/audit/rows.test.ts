import { describe, expect, it } from 'vitest';
import { auditExitCode } from '../cli/audit-exit.ts';
import type { AuditFrame } from '../model/audit.ts';
import { broken, met, notApplicable, notObservable, type Observation } from './probe.ts';
import { probes } from './probes/index.ts';
import { BOTH, HTTP_ONLY, type Requirement } from './requirement.ts';
import { REQUIREMENTS } from './requirements/index.ts';
import { rowsOf } from './rows.ts';

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
