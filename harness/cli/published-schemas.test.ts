// The schemas that we publish know every key that we write: a document read with one comes out as it went in.
import { describe, expect, expectTypeOf, it } from 'vitest';
import type { z } from 'zod';
import { judge } from '../judge/judge.ts';
import type { AuditDocument } from '../model/audit.ts';
import type { Event } from '../model/event.ts';
import type { Plan } from '../model/plan.ts';
import { type LegalRun, LIVES, tellRun } from '../model/testing/legal-history.ts';
import type { Verdict } from '../model/verdict.ts';
import { auditSchema } from './published/audit-schema.ts';
import { eventSchema } from './published/history-schema.ts';
import { planSchema } from './published/plan-schema.ts';
import { summarySchema, verdictSchema } from './published/verdict-schema.ts';
import { PUBLISHED, schemaText } from './published-schemas.ts';
import { type Summary, summarise } from './summary.ts';
import { sampleAudit } from './testing/sample-audit.ts';

/** What a schema reads has no `readonly`; nothing else may differ. */
type Writable<T> = T extends object ? { -readonly [Key in keyof T]: Writable<T[Key]> } : T;

const RUNS: readonly LegalRun[] = [
  { lives: [...LIVES, ...LIVES], agents: 4, killsMs: [35, 60, 95] },
  { lives: ['plain', 'probed'], agents: 1, killsMs: [] },
];

describe('a published schema', () => {
  it('is one that every document of ours fits', () => {
    expectTypeOf<Writable<Verdict>>().toExtend<z.input<typeof verdictSchema>>();
    expectTypeOf<Writable<Summary>>().toExtend<z.input<typeof summarySchema>>();
    expectTypeOf<Writable<Plan>>().toExtend<z.input<typeof planSchema>>();
    expectTypeOf<Writable<AuditDocument>>().toExtend<z.input<typeof auditSchema>>();
    expectTypeOf<Writable<Event>>().toExtend<z.input<typeof eventSchema>>();
  });

  it.each(RUNS)('knows every key of a run: $lives', async (run) => {
    const { plan, events, history } = tellRun(run, null);
    const verdict = await judge({ plan, history: history(), directory: 'a' });
    const summary = summarise([{ directory: 'a', verdict }], 0);
    expect(planSchema.parse(plan)).toEqual(plan);
    expect(events.length).toBeGreaterThan(10);
    for (const event of events) expect(eventSchema.parse(event)).toEqual(event);
    expect(verdictSchema.parse(verdict)).toEqual(verdict);
    expect(Object.keys(verdict.metrics).length).toBeGreaterThan(10);
    expect(summarySchema.parse(summary)).toEqual(summary);
  });

  it('knows every key of an audit', () => {
    const audit = sampleAudit('said');
    expect(auditSchema.parse(audit)).toEqual(audit);
  });

  it.each(Object.entries(PUBLISHED))('is a JSON Schema with an address of its own: %s', (name, schema) => {
    const text = JSON.parse(schemaText(name, schema));
    expect(text).toMatchObject({
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      $id: `claimcheck/schemas/${name}.json`,
      title: expect.stringMatching(/\w/),
    });
    expect(text.properties ?? text.oneOf).toBeDefined();
  });
});
