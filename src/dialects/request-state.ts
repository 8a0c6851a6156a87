/** What a client of 2026-07-28 has to bring back with its answers: made by us, for one request of one caller, for a while. */
import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';

/** What a state is bound to: it is worth nothing with anything else. */
export interface StateBinding {
  readonly principal: string;
  /** All of the request that decides what it does. */
  readonly request: unknown;
}

export interface OpenedState {
  /** Names one conversation of questions and answers, and no other. */
  readonly nonce: string;
  /** What was answered in it so far, by key. */
  readonly answers: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

export type RefusedState = 'not-ours' | 'expired' | 'foreign';

export interface RequestStates {
  /** Without `opened` a new conversation begins. */
  seal(binding: StateBinding, opened?: OpenedState): string;
  /** Why it does not count, or what is in it. */
  open(text: string, binding: StateBinding): OpenedState | RefusedState;
}

export interface RequestStateOptions {
  /** Signs the states; asked for when it is first needed. */
  readonly secret: () => Uint8Array;
  readonly now: () => number;
}

const LIFE_MS = 600_000; // Somebody is asked and thinks; after ten minutes they ask again.
const NONCE_BYTES = 16;

const contents = z.strictObject({
  nonce: z.string(),
  answers: z.record(z.string(), z.record(z.string(), z.unknown())),
  bound: z.string(),
  untilMs: z.int(),
});

export function createRequestStates({ secret, now }: RequestStateOptions): RequestStates {
  const sign = (text: string) => createHmac('sha256', secret()).update(text).digest();
  return {
    seal(binding, { nonce, answers } = { nonce: randomBytes(NONCE_BYTES).toString('base64url'), answers: {} }) {
      const state = { nonce, answers, bound: digestOf(binding), untilMs: now() + LIFE_MS };
      const text = Buffer.from(JSON.stringify(state)).toString('base64url');
      return `${text}.${sign(text).toString('base64url')}`;
    },
    open(given, binding) {
      const [text = '', signature = '', ...more] = given.split('.');
      const expected = sign(text);
      const actual = Buffer.from(signature, 'base64url');
      // Decoding forgives stray characters; a signature has one spelling.
      const isOurs =
        more.length === 0 && signature === expected.toString('base64url') && timingSafeEqual(actual, expected);
      if (!isOurs) return 'not-ours';
      const { nonce, answers, bound, untilMs } = contents.parse(JSON.parse(Buffer.from(text, 'base64url').toString()));
      if (bound !== digestOf(binding)) return 'foreign';
      return now() < untilMs ? { nonce, answers } : 'expired';
    },
  };
}

function digestOf({ principal, request }: StateBinding): string {
  return createHash('sha256')
    .update(JSON.stringify([principal, request]))
    .digest('base64url');
}
