import { describe, expect, it } from 'vitest';
import { type AuditFlags, checkFlags, chosen, listed, requirementsFor } from './audit-options.ts';

describe('what an audit is asked for', () => {
  it.each<readonly [AuditFlags, RegExp]>([
    [{ only: ['2026-99'] }, /Unknown requirement '2026-99'; known: 2025-01/],
    [{ only: [] }, /--only names no requirement/],
    [{ reporter: ['teletext'] }, /Unknown reporter 'teletext'; known: github, junit/],
    [{ reporter: ['junit'] }, /directory of --out; name one/],
    [{ module: 'server.mjs' }, /needs real time/],
    [{ store: 'redis' }, /starts no engines/],
    [{ queue: 'bullmq' }, /starts no engines/],
    [{ storeUrl: 'redis://127.0.0.1' }, /starts no engines/],
    [{ store: 'modelled' }, /virtual time/],
    [{ replicas: 2 }, /leave --replicas and --workers out/],
  ])('is refused where it cannot be: %j', (flags, why) => {
    expect(() => checkFlags(flags)).toThrow(why);
  });

  it('may be anything else', () => {
    const flags = { only: ['2026-13'], reporter: ['junit', 'github'], out: 'x', store: 'memory', queue: 'local' };
    expect(() => checkFlags(flags)).not.toThrow();
  });

  it('is the requirements of the dialect, or some of them by name', () => {
    expect(requirementsFor('tasks-2026-07-28').map(({ id }) => id)).toHaveLength(48);
    expect(() => requirementsFor('blocking')).toThrow(/no numbered requirements for the dialect 'blocking'; known: /);
    expect(chosen(requirementsFor('grace'), ['2026-45', '2026-13']).map(({ id }) => id)).toEqual([
      '2026-13',
      '2026-45',
    ]);
  });

  it('is listed of one dialect, or of all', () => {
    expect(listed({ dialect: 'tasks-2026-07-28' })).toHaveLength(48);
    expect(listed({}).length).toBeGreaterThan(48);
  });
});
