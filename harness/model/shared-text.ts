import type { Event, EventOf, Observation } from './event.ts';

type Writable<Of> = { -readonly [Key in keyof Of]: Of[Key] };

const NO_PROBLEMS: readonly string[] = Object.freeze([]);

/**
 * Makes texts that events have in common one text in memory: a long history says the same task, dates and result over and
 * over. Changes the events it is given, which must be the caller's own.
 */
export interface TextSharer {
  /** An event of a call or task as it comes in. */
  share(event: Event): void;
  /** An answer about a task, and the answer before it. */
  shareAnswer(event: EventOf<'ok'> | EventOf<'push'>, last: Observation | undefined): void;
}

export function createTextSharer(): TextSharer {
  const texts = new Map<string, string>();
  const one = (text: string): string => {
    const known = texts.get(text);
    if (known !== undefined) return known;
    texts.set(text, text);
    return text;
  };
  return {
    share(event) {
      if (event.kind === 'inv') shareRequest(event, one);
      else if (event.kind === 'ok' || event.kind === 'push') shareTask(event, one);
      else if (event.kind === 'know' || event.kind === 'bind') shareTask(event, one);
      else if (event.kind === 'fx') shareEffect(event, one);
    },
    shareAnswer,
  };
}

function shareRequest(event: Writable<EventOf<'inv'>>, one: (text: string) => string): void {
  event.conn = one(event.conn);
  if (event.task !== undefined) event.task = one(event.task);
}

function shareEffect(event: Writable<EventOf<'fx'>>, one: (text: string) => string): void {
  event.token = one(event.token);
}

function shareTask(event: { task?: string; echo?: string | null }, one: (text: string) => string): void {
  if (event.task !== undefined) event.task = one(event.task);
  if (event.echo != null) event.echo = one(event.echo);
}

function shareAnswer(event: Writable<EventOf<'ok'>> | Writable<EventOf<'push'>>, last: Observation | undefined): void {
  if (event.kind === 'ok' && event.shape?.length === 0) event.shape = NO_PROBLEMS;
  if (last === undefined) return;
  const { createdAt, lastUpdatedAt, statusMessage, result } = last;
  if (createdAt !== undefined && event.createdAt === createdAt) event.createdAt = createdAt;
  if (lastUpdatedAt !== undefined && event.lastUpdatedAt === lastUpdatedAt) event.lastUpdatedAt = lastUpdatedAt;
  if (statusMessage !== undefined && event.statusMessage === statusMessage) event.statusMessage = statusMessage;
  if (result === undefined || event.result === undefined) return;
  if (JSON.stringify(event.result) === JSON.stringify(result)) event.result = result;
}
