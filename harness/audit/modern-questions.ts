import { canonicalJson } from '../model/canonical.ts';
import { isObject, type JsonObject } from '../wire/json-rpc.ts';
import type { Answer } from './answer.ts';
import type { ToolCall } from './audit-tools.ts';

/** What a task asks, by key; empty: nothing. */
export function questionsOf({ result }: Answer): ReadonlyMap<string, JsonObject> {
  const requests = result?.inputRequests;
  if (!isObject(requests)) return new Map();
  return new Map(Object.entries(requests).flatMap(([key, value]) => (isObject(value) ? [[key, value]] : [])));
}

/** What a client would say to this question; the profile knows the content for forms alone. */
export function answerFor(question: JsonObject, { answer }: ToolCall): JsonObject {
  switch (question.method) {
    case 'sampling/createMessage':
      return { role: 'assistant', content: { type: 'text', text: 'yes' }, model: 'claimcheck' };
    case 'roots/list':
      return { roots: [] };
    default:
      return { action: 'accept', content: answer ?? {} };
  }
}

export function answersFor(questions: ReadonlyMap<string, JsonObject>, call: ToolCall): JsonObject {
  return Object.fromEntries([...questions].map(([key, question]) => [key, answerFor(question, call)]));
}

/** A key that stood for two different questions in these readings; null: none did. */
export function ambiguousKey(
  reads: readonly Answer[],
): { readonly key: string; readonly shown: readonly Answer[] } | null {
  const first = new Map<string, { readonly text: string; readonly answer: Answer }>();
  for (const answer of reads) {
    for (const [key, question] of questionsOf(answer)) {
      const text = canonicalJson(question);
      const known = first.get(key);
      if (known === undefined) first.set(key, { text, answer });
      else if (known.text !== text) return { key, shown: [known.answer, answer] };
    }
  }
  return null;
}

/** A key that was gone from the open ones and came back; null: none did. */
export function revivedKey(
  reads: readonly Answer[],
): { readonly key: string; readonly shown: readonly Answer[] } | null {
  const gone = new Map<string, Answer>();
  let before: ReadonlyMap<string, JsonObject> = new Map();
  for (const answer of reads) {
    if (answer.result === null) continue;
    const open = questionsOf(answer);
    for (const key of open.keys()) {
      const since = gone.get(key);
      if (since !== undefined) return { key, shown: [since, answer] };
    }
    for (const key of before.keys()) if (!open.has(key)) gone.set(key, answer);
    before = open;
  }
  return null;
}
