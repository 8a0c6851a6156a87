import type { FrameBody, Stamped } from './event.ts';
import type { Plan } from './plan.ts';

/** A message that told an agent the token of somebody else's call: the first of that agent and token. */
export interface ForeignToken {
  readonly seq: number;
  readonly t: number;
  /** Who was told. */
  readonly agent: number;
  /** Whose token it is. */
  readonly call: number;
  readonly owner: number;
  /** The text around it. */
  readonly excerpt: string;
}

/** What was found in the texts of messages to agents. */
export interface TokenSearch {
  /** Messages that were searched; 0: no text was kept, or all agents are one to the server. */
  readonly messages: number;
  /** In the order of their seq; TOLD_MAX at most. */
  readonly told: readonly ForeignToken[];
}

export interface TokenWatch {
  see(frame: Stamped<FrameBody>): void;
  found(): TokenSearch;
}

/** Beyond this many nothing more is learned: a finding each, and the rest of the messages is counted only. */
export const TOLD_MAX = 1_000;
/** A token stands in a message as a word of its own. */
const WORD = /[\w-]{8,64}/g;
/** A connection of one agent: a3, or a3-2 after it was opened again. */
const CONNECTION = /^a(\d+)(-\d+)?$/;
const CHARS_BEFORE = 40; // Usually the name of the field it stands in.

/** Searches texts as they pass, so that whoever keeps the history need not keep them: what is found is small, and bounded. */
export function createTokenWatch(plan: Plan): TokenWatch {
  const told: ForeignToken[] = [];
  const pairs = new Set<string>();
  let messages = 0;
  const isOne = !plan.target.facts.principals;
  const owners = new Map(isOne ? [] : plan.calls.map(({ token, agent, call }) => [token, { agent, call }]));
  const beginning = commonBeginning([...owners.keys()]);
  const search = (agent: number, { seq, t }: Stamped<object>, text: string) => {
    for (const { 0: token, index } of text.matchAll(WORD)) {
      const owner = owners.get(token);
      if (owner === undefined || owner.agent === agent || pairs.has(`${agent} ${token}`)) continue;
      pairs.add(`${agent} ${token}`);
      told.push({ seq, t, agent, call: owner.call, owner: owner.agent, excerpt: excerptOf(text, index, token.length) });
      if (told.length === TOLD_MAX) return;
    }
  };
  return {
    see(frame) {
      if (isOne || frame.dir !== 'in' || frame.text === undefined) return;
      const agent = Number(CONNECTION.exec(frame.conn)?.[1]);
      if (Number.isNaN(agent)) return;
      messages += 1;
      // Most messages hold no token at all, which is told far quicker than what words they hold.
      if (told.length < TOLD_MAX && frame.text.includes(beginning)) search(agent, frame, frame.text);
    },
    found: () => ({ messages, told }),
  };
}

/** What all texts begin with. */
function commonBeginning([first = '', ...others]: readonly string[]): string {
  let length = first.length;
  for (const other of others) while (!other.startsWith(first.slice(0, length))) length -= 1;
  return first.slice(0, length);
}

/** A string of its own: a mere slice would hold the whole text in memory. */
function excerptOf(text: string, index: number, length: number): string {
  return [...text.slice(Math.max(0, index - CHARS_BEFORE), index + length)].join('');
}
