import { z } from 'zod';
import { RpcFailure } from '../tasks/rpc-failure.ts';
import type { ToolResult } from '../tasks/task.ts';
import { approvalQuestions, refusedApproval } from './approval.ts';
import { jsonSchemaOf, parseWith } from './schema.ts';
import type { Tool, ToolContext } from './tool.ts';
import { workInputs } from './workload.ts';

const MODES = ['repeatable', 'plain', 'error', 'throw', 'exit', 'burn'] as const;
const EXIT_CODE = 86; // Nothing else in here ends with it, so a process log shows whose death it was.
export const EFFECT_THROWN = 1001; // Outside the range JSON-RPC reserves for itself.

const schema = z.strictObject({
  ...workInputs,
  mode: z
    .enum(MODES)
    .default('repeatable')
    .describe(
      'repeatable: may be run again after a crash. plain: is not run again. error: ends with isError. throw: ends with a JSON-RPC error. exit: kills the server. burn: blocks the server for ms.',
    ),
});

/** The tool of a test: leaves one effect, takes as long as it is told, and ends as it is told. */
export const effect: Tool = {
  name: 'effect',
  title: 'Effect',
  description:
    'Leaves one effect with your token in the outside world after `ms` milliseconds, and ends as `mode` says. For tests.',
  repeating:
    'After a crash only the mode "repeatable" is run again; other work is then ended as failed with the reason "interrupted".',
  inputSchema: jsonSchemaOf(schema),
  annotations: { readOnlyHint: false, idempotentHint: false, destructiveHint: true, openWorldHint: true },
  safeToRepeat: (args) => args.mode === 'repeatable',
  questions: (args) => approvalQuestions('effect', schema.parse(args)),
  slaMs: null,
  parse: (args) => parseWith(schema, args),
  async run(given, context) {
    const args = schema.parse(given);
    return (await refusedApproval('effect', args, context)) ?? runEffect(args, context);
  },
};

async function runEffect({ token, ms, mode }: z.output<typeof schema>, context: ToolContext): Promise<ToolResult> {
  await context.effects.begin(token, context.effectKey);
  if (mode === 'burn') burn(ms);
  else await context.sleep(ms);
  if (mode === 'exit') process.exit(EXIT_CODE);
  if (mode === 'throw') {
    throw new RpcFailure({
      code: EFFECT_THROWN,
      message: `effect was told to throw (token ${token})`,
      data: { token },
    });
  }
  if (mode === 'error') {
    const text = `effect was told to fail (token ${token})`;
    return { isError: true, content: [{ type: 'text', text }], structuredContent: { token, mode } };
  }
  context.signal.throwIfAborted();
  await context.effects.commit(token, context.effectKey);
  return {
    content: [{ type: 'text', text: `The effect is done (token ${token})` }],
    structuredContent: { token, tool: 'effect', mode },
  };
}

function burn(ms: number): void {
  const until = Date.now() + ms;
  while (Date.now() < until); // Nothing else runs meanwhile: that is the point.
}
