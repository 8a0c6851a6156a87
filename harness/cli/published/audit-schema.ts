import { z } from 'zod';
import { AUDIT_OUTCOMES, AUDIT_SCHEMA } from '../../model/audit.ts';
import { DIALECT_IDS } from '../../model/operation.ts';

const frameSchema = z.object({
  direction: z.enum(['sent', 'received']),
  link: z.string().describe('Which connection.'),
  atMs: z.number().describe('ms since the audit began.'),
  head: z.string().nullable().describe('HTTP: method and protocol headers, or the status.'),
  text: z.string(),
  cutChars: z.int().describe('Characters left out of the text.'),
});

const rowSchema = z.object({
  id: z.string().describe('2025-01 …, 2026-01 …, H-01 …'),
  title: z.string(),
  level: z.enum(['must', 'should']),
  subject: z.enum(['server', 'client']),
  section: z.object({ name: z.string(), url: z.string() }),
  conformance: z.string().nullable().describe('What the official conformance suite calls it.'),
  outcome: z.enum(AUDIT_OUTCOMES),
  reason: z.string(),
  probes: z.array(z.string()),
  frames: z.array(frameSchema).describe('Of what is broken: the messages that show it.'),
});

/** audit.json for readers of other programs. Keys may be added; those that are here keep their meaning. */
export const auditSchema = z.object({
  schema: z.literal(AUDIT_SCHEMA),
  claimcheck: z.string(),
  startedAt: z.string(),
  durationMs: z.int(),
  interrupted: z.boolean(),
  exitCode: z.int(),
  target: z
    .object({
      kind: z.enum(['reference', 'command', 'url', 'module']),
      server: z.object({ name: z.string(), version: z.string() }),
      dialect: z.enum(DIALECT_IDS),
      transport: z.enum(['stdio', 'http']),
    })
    .nullable()
    .describe('null: the server was never reached.'),
  error: z.string().nullable().describe('Why the audit did not come to its end.'),
  counts: z.object({
    broken: z.int(),
    met: z.int(),
    'not-observable': z.int(),
    'not-applicable': z.int(),
  }),
  rows: z.array(rowSchema),
  notes: z
    .array(
      z.object({
        probe: z.string(),
        kind: z.enum(['good', 'bad']),
        text: z.string(),
        frames: z.array(frameSchema),
      }),
    )
    .describe('What no numbered requirement asks for and was seen all the same.'),
});
