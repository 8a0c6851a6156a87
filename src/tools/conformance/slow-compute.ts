import { z } from 'zod';
import { jsonSchemaOf, parseWith } from '../schema.ts';
import type { Tool } from '../tool.ts';

const SECONDS_MAX = 600; // As long as the longest work of the other tools.

const schema = z.strictObject({
  seconds: z.number().min(0).max(SECONDS_MAX).describe('How long it takes, in seconds, 0 to 600.'),
  label: z
    .string()
    .max(200)
    .default('')
    .describe('Any text of yours. It comes back in the result and marks the effect.'),
});

/** Takes as long as it is told, leaves one effect under its label, and can be cancelled all the while. */
export const slowCompute: Tool = {
  name: 'slow_compute',
  title: 'Compute slowly',
  description: 'Takes the seconds it is given, then returns the label.',
  inputSchema: jsonSchemaOf(schema),
  annotations: { readOnlyHint: false, idempotentHint: false, destructiveHint: false, openWorldHint: false },
  safeToRepeat: () => true,
  expectedMs: (args) => schema.parse(args).seconds * 1_000,
  slaMs: null,
  parse: (args) => parseWith(schema, args),
  async run(args, context) {
    const { seconds, label } = schema.parse(args);
    const token = label || context.taskId;
    await context.effects.begin(token, context.effectKey);
    await context.sleep(Math.round(seconds * 1_000));
    context.signal.throwIfAborted();
    await context.effects.commit(token, context.effectKey);
    return {
      content: [{ type: 'text', text: `Computed for ${seconds} s: ${label}` }],
      structuredContent: { seconds, label },
    };
  },
};
