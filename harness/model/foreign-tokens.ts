import type { FrameBody, Stamped } from './event.ts';
import type { Plan } from './plan.ts';
import { principalOf } from './principal.ts';

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
/** A token stands in a message as a word of its own, which is so long. */
const LENGTH_MIN = 8;
const LENGTH_MAX = 64;
/** A connection of one agent: a3, or a3-2 after it was opened again; -g1 behind it: the generator g1 opened it. */
const CONNECTION = /^a(\d+)(-\d+)?(-g\d+)?$/;
const CHARS_BEFORE = 40; // Usually the name of the field it stands in.

/** Searches texts as they pass, so that whoever keeps the history need not keep them: what is found is small, and bounded. */
export function createTokenWatch(plan: Plan): TokenWatch {
  const told: ForeignToken[] = [];
  const pairs = new Set<string>();
  let messages = 0;
  const { facts } = plan.target;
  const isOne = !facts.principals;
  const owners = new Map(isOne ? [] : plan.calls.map(({ token, agent, call }) => [token, { agent, call }]));
  const beginning = commonBeginning([...owners.keys()]);
  const agents = new Map<string, number | null>();
  const agentOf = (conn: string): number | null => {
    const known = agents.get(conn);
    if (known !== undefined) return known;
    const found = CONNECTION.exec(conn)?.[1];
    const agent = found === undefined ? null : Number(found);
    agents.set(conn, agent);
    return agent;
  };
  const search = (agent: number, { seq, t }: Stamped<object>, text: string) => {
    // Most messages hold no token at all or one, and where one begins is told far quicker than what words there are.
    for (let index = text.indexOf(beginning); index !== -1 && index < text.length; ) {
      const token = wordAt(text, index);
      const owner = token === null ? undefined : owners.get(token);
      if (
        token !== null &&
        owner !== undefined &&
        principalOf(facts, owner.agent) !== principalOf(facts, agent) &&
        !pairs.has(`${agent} ${token}`)
      ) {
        pairs.add(`${agent} ${token}`);
        const excerpt = excerptOf(text, index, token.length);
        told.push({ seq, t, agent, call: owner.call, owner: owner.agent, excerpt });
        if (told.length === TOLD_MAX) return;
      }
      index = text.indexOf(beginning, index + 1);
    }
  };
  return {
    see(frame) {
      if (isOne || frame.dir !== 'in' || frame.text === undefined) return;
      const agent = agentOf(frame.conn);
      if (agent === null) return;
      messages += 1;
      if (told.length < TOLD_MAX) search(agent, frame, frame.text);
    },
    found: () => ({ messages, told }),
  };
}

/** The word that begins there, if it is as long as a token; null: none does. */
function wordAt(text: string, index: number): string | null {
  if (index > 0 && isWordChar(text.charCodeAt(index - 1))) return null;
  let end = index;
  while (end < text.length && end - index <= LENGTH_MAX && isWordChar(text.charCodeAt(end))) end += 1;
  return end - index < LENGTH_MIN || end - index > LENGTH_MAX ? null : text.slice(index, end);
}

/** A letter, a digit, _ or -. */
function isWordChar(code: number): boolean {
  const isLetter = (code >= 97 && code <= 122) || (code >= 65 && code <= 90);
  return isLetter || (code >= 48 && code <= 57) || code === 95 || code === 45;
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
