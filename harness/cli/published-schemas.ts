import { z } from 'zod';
import { baselineSchema } from '../gate/baseline-file.ts';
import { histogramsSchema } from '../model/latency-histograms.ts';
import { scenarioJsonSchema } from '../plan/scenario-schema.ts';
import { profileJsonSchema } from '../targets/profile-schema.ts';
import { auditSchema } from './published/audit-schema.ts';
import { eventSchema } from './published/history-schema.ts';
import { planSchema } from './published/plan-schema.ts';
import { summarySchema, verdictSchema } from './published/verdict-schema.ts';

/** A format that other programs may read or write, as it stands in dist/schemas/ and in the reference. */
export interface PublishedSchema {
  readonly title: string;
  /** Which files have it. */
  readonly file: string;
  /** Its JSON Schema. */
  read(): Readonly<Record<string, unknown>>;
}

/** By the name of its file. To publish one: a line here; the build writes it, and a test holds it against a real run. */
export const PUBLISHED: Readonly<Record<string, PublishedSchema>> = {
  profile: { title: 'How a server under test is described', file: 'a profile', read: profileJsonSchema },
  scenario: { title: 'What is tried on a server', file: 'a scenario', read: scenarioJsonSchema },
  plan: of(planSchema, 'plan.json', 'Everything that will happen in a run, before it starts'),
  history: of(eventSchema, 'a line of history.jsonl', 'One event of a run'),
  verdict: of(verdictSchema, 'verdict.json', 'What a run proved'),
  summary: of(summarySchema, 'summary.json', 'The verdicts of several runs'),
  audit: of(auditSchema, 'audit.json', 'What a server keeps of the numbered requirements of its protocol'),
  histograms: of(histogramsSchema, 'histograms.json', 'What a measured load timed'),
  baseline: of(baselineSchema, 'the baseline of a gate', 'Runs as they should be, and failures that are known'),
};

/** The JSON Schema as it is written into the package. */
export function schemaText(name: string, { title, read }: PublishedSchema): string {
  const { $schema, ...rest } = read();
  return `${JSON.stringify({ $schema, $id: `claimcheck/schemas/${name}.json`, title, ...rest }, null, 2)}\n`;
}

function of(schema: z.ZodType, file: string, title: string): PublishedSchema {
  return { title, file, read: () => z.toJSONSchema(schema, { io: 'input' }) };
}
