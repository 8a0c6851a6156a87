import type { LinkGate } from './link-gate.ts';

/** One of the processes that clients reach. */
export interface Upstream {
  /** What it is called; null: the server runs in one process. */
  readonly process: string | null;
  /** Where it listens. */
  readonly url: URL;
  /** Stands in the way to it and back. */
  readonly gate: Pick<LinkGate, 'passage'>;
}

/** What a plain proxy in front of several processes does: each request goes to the next of them, whoever sent it. */
export interface Balancer {
  /** Where the next request goes; should nobody listen there, where it goes instead, in this order. Never empty. */
  route(): readonly Upstream[];
}

/** The processes in turn, from the first. The list is read at each request: processes come and go. */
export function createRoundRobin(upstreams: () => readonly Upstream[]): Balancer {
  let turn = 0;
  return {
    route() {
      const all = upstreams();
      if (all.length === 0) throw new Error('expected at least one process to send a request to, got none');
      const from = turn % all.length;
      turn += 1;
      return [...all.slice(from), ...all.slice(0, from)];
    },
  };
}

/** The one process there is. */
export function onlyUpstream(url: URL, gate: Upstream['gate'] = OPEN): Balancer {
  const route = [{ process: null, url, gate }];
  return { route: () => route };
}

const OPEN: Upstream['gate'] = { passage: async () => false };
