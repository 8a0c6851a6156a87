import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { ToolResult } from '../tasks/task.ts';
import { approvalInputs, approvalQuestions, refusedApproval } from './approval.ts';
import { jsonSchemaOf, parseWith } from './schema.ts';
import type { Tool, ToolContext } from './tool.ts';

const DURATION_MS_MAX = 600_000;

/** What every operation takes: the token that shows where its result and its effect belong, and how long it is to take. */
export const workInputs = {
  token: z
    .string()
    .min(1)
    .max(200)
    .describe('Any text of yours. It comes back in the result and marks the effect, so that the two can be matched.'),
  ms: z
    .int()
    .min(0)
    .max(DURATION_MS_MAX)
    .default(600)
    .describe('How long the work is to take, in milliseconds, 0 to 600000.'),
  ...approvalInputs,
};

const approvalArguments = z.object({ token: workInputs.token, ...approvalInputs });

/** One of the six operations; `plan` turns parsed arguments into what is to be done. */
export interface Workload {
  readonly name: string;
  readonly title: string;
  /** What goes in and what comes out, in one or two sentences. */
  readonly purpose: string;
  readonly schema: z.ZodObject;
  readonly annotations: Tool['annotations'];
  plan(args: unknown): Job;
}

export interface Job {
  readonly token: string;
  readonly ms: number;
  readonly steps: readonly Step[];
  /** After the last step: what it all came to. */
  finish(): { readonly text: string; readonly data: Readonly<Record<string, unknown>> };
}

export interface Step {
  readonly name: string;
  /** Does this slice; returns what it made, which goes into the digest. */
  run(): string;
}

/** A tool that does a workload and leaves one effect: begun when it is approved, committed at its end, before anybody sees the result. */
export function createWorkloadTool(workload: Workload): Tool {
  const { name, title, purpose, schema, annotations } = workload;
  return {
    name,
    title,
    description: purpose,
    repeating:
      'The effect of one idempotency_key is committed once, however often the call is sent or the work has to be run again after a crash.',
    inputSchema: jsonSchemaOf(schema),
    annotations,
    safeToRepeat: () => true,
    questions: (args) => approvalQuestions(name, approvalArguments.parse(args)),
    slaMs: null,
    parse: (args) => parseWith(schema, args),
    async run(args, context) {
      const refused = await refusedApproval(name, approvalArguments.parse(args), context);
      return refused ?? runJob(name, workload.plan(args), context);
    },
  };
}

/** Spreads the job's time over its steps; each step sees an abort before and after it has waited. */
async function runJob(name: string, job: Job, context: ToolContext): Promise<ToolResult> {
  const { token, ms, steps } = job;
  await context.effects.begin(token, context.effectKey);
  const digest = createHash('sha256').update(`${name}\n${token}\n`);
  let spentMs = 0;
  for (const [stepIndex, step] of steps.entries()) {
    context.signal.throwIfAborted();
    context.progress(`Step ${stepIndex + 1} of ${steps.length}: ${step.name}.`);
    const dueMs = Math.round((ms * (stepIndex + 1)) / steps.length);
    await context.sleep(dueMs - spentMs);
    spentMs = dueMs;
    digest.update(step.run()).update('\n');
  }
  context.signal.throwIfAborted();
  await context.effects.commit(token, context.effectKey);
  const { text, data } = job.finish();
  return {
    content: [{ type: 'text', text: `${text} (token ${token})` }],
    structuredContent: { token, tool: name, digest: digest.digest('hex'), ...data },
  };
}
