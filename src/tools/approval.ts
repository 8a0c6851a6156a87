import { z } from 'zod';
import type { InputRequest, ToolResult } from '../tasks/task.ts';
import type { Questions, ToolContext } from './tool.ts';

/** What every operation takes to make it ask: once before it is a task, once before it acts, or both. */
export const approvalInputs = {
  ask: z
    .boolean()
    .optional()
    .describe(
      'true: the work asks you to approve it before it acts. The task is input_required until you answer, which counts towards max_wait_seconds; declined, it ends with isError and no effect.',
    ),
  ask_first: z
    .boolean()
    .optional()
    .describe(
      'true: you are asked to approve the work before there is a task, by an answer that is input_required, where the protocol revision knows that; elsewhere as with ask.',
    ),
};

export interface ApprovalArguments {
  readonly token: string;
  readonly ask?: boolean | undefined;
  readonly ask_first?: boolean | undefined;
}

const FIRST_KEY = 'approval-before-start';
const LATER_KEY = 'approval';

const decision = z.object({ action: z.enum(['accept', 'decline', 'cancel']), content: z.unknown().optional() });
const approval = z.object({ approve: z.boolean() });

/** The questions that arguments lead to; both sets are empty unless they ask for it. */
export function approvalQuestions(tool: string, args: ApprovalArguments): Questions {
  return {
    first: args.ask_first === true ? { [FIRST_KEY]: questionOf(tool, args.token) } : {},
    later: args.ask === true ? { [LATER_KEY]: questionOf(tool, args.token) } : {},
  };
}

/** Asks what is to be asked. undefined: go on; else the end of the call: its caller does not want the work. */
export async function refusedApproval(
  tool: string,
  args: ApprovalArguments,
  context: Pick<ToolContext, 'ask'>,
): Promise<ToolResult | undefined> {
  const { first, later } = approvalQuestions(tool, args);
  for (const questions of [first, later]) {
    if (Object.keys(questions).length === 0) continue;
    for (const answer of Object.values(await context.ask(questions))) {
      const refusal = refusalIn(answer);
      if (refusal !== undefined) return notApproved(tool, args.token, refusal);
    }
  }
  return undefined;
}

function questionOf(tool: string, token: string): InputRequest {
  return {
    method: 'elicitation/create',
    params: {
      mode: 'form',
      message: `May ${tool} do its work for the token '${token}'?`,
      requestedSchema: {
        type: 'object',
        properties: {
          approve: {
            type: 'boolean',
            title: 'Approve',
            description: 'true: the work is done. false: nothing is done.',
          },
        },
        required: ['approve'],
      },
    },
  };
}

function refusalIn(answer: unknown): string | undefined {
  const { action, content } = decision.parse(answer);
  if (action === 'decline') return 'its caller declined';
  if (action === 'cancel') return 'its caller did not want to answer';
  const parsed = approval.safeParse(content);
  if (!parsed.success) return 'the answer has no boolean approve';
  return parsed.data.approve ? undefined : 'its caller did not approve it';
}

function notApproved(tool: string, token: string, why: string): ToolResult {
  const text = `${tool} did nothing: ${why} (token ${token})`;
  return { isError: true, content: [{ type: 'text', text }], structuredContent: { token, tool, approved: false } };
}
