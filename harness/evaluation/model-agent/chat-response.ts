import { z } from 'zod';
import type { AssistantMessage, TurnUsage } from './completion.ts';

const count = z.number().int().min(0);

// Loose on purpose: endpoints add fields of their own, and leave out what they have nothing to say in.
const toolCall = z.object({
  id: z.string().nullish(),
  function: z.object({
    name: z.string(),
    arguments: z.union([z.string(), z.record(z.string(), z.unknown())]).nullish(),
  }),
});

const part = z.object({ text: z.string().optional() });

const response = z.object({
  choices: z
    .array(
      z.object({
        message: z.object({
          content: z.union([z.string(), z.array(part)]).nullish(),
          tool_calls: z.array(toolCall).nullish(),
        }),
      }),
    )
    .min(1),
  usage: z.object({ prompt_tokens: count, completion_tokens: count }).nullish().catch(null),
});

export type ReadResponse =
  | {
      readonly kind: 'message';
      readonly message: AssistantMessage;
      readonly usage: Omit<TurnUsage, 'isEstimated'> | null;
    }
  | { readonly kind: 'garbage'; readonly why: string };

const SHOWN_CHARS = 80;

/** What a body says. `turn` names the calls that the endpoint gave no id. */
export function readChatResponse(text: string, turn: number): ReadResponse {
  const garbage = (why: string): ReadResponse => ({ kind: 'garbage', why: `${why}: ${shown(text)}` });
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    return garbage('the answer is not JSON');
  }
  const read = response.safeParse(body);
  if (!read.success) {
    const [issue] = read.error.issues;
    return garbage(`the answer is no chat completion (${issue?.path.join('.') || 'body'}: ${issue?.message})`);
  }
  const { choices, usage } = read.data;
  const { content, tool_calls: calls } = choices[0]?.message ?? {};
  const said = typeof content === 'string' ? content : (content ?? []).map((one) => one.text ?? '').join('');
  const named = uniqueIds(calls ?? [], turn);
  return {
    kind: 'message',
    message: {
      role: 'assistant',
      content: said === '' ? null : said,
      ...(named.length === 0 ? {} : { tool_calls: named }),
    },
    usage: usage ? { input: usage.prompt_tokens, output: usage.completion_tokens } : null,
  };
}

type ReadCall = z.infer<typeof toolCall>;

/** A call without an id, or with that of another, gets one, or its answer could not be told from others. */
function uniqueIds(calls: readonly ReadCall[], turn: number) {
  const taken = new Set<string>();
  return calls.map(({ id, function: { name, arguments: given } }, index) => {
    const isFree = id !== null && id !== undefined && id !== '' && !taken.has(id);
    const own = isFree ? id : `call_${turn}_${index + 1}`;
    taken.add(own);
    const args = typeof given === 'string' ? given : JSON.stringify(given ?? {});
    return { id: own, type: 'function' as const, function: { name, arguments: args } };
  });
}

function shown(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ').trim();
  if (line === '') return 'it is empty';
  return JSON.stringify(line.length > SHOWN_CHARS ? `${line.slice(0, SHOWN_CHARS)}…` : line);
}
