import type { ServerControl } from '../model/fault.ts';

export const NOT_OURS = 'the harness did not start this server';
export const SINGLE_PROCESS = 'this server runs in one process, and nothing can take its place while it is there';

/** Why only virtual time can do it, for a target of one's own. */
export function virtualOnly(what: string): string {
  return `needs virtual time: ${what}`;
}

/** What the place the server runs in offers beyond the minimum. A plan that asks for what is missing was edited by hand. */
export function capability<Name extends Optional>(server: ServerControl, name: Name): NonNullable<ServerControl[Name]> {
  const found = server[name];
  if (found === undefined) throw new Error(`expected a server that can do ${name}, got one that cannot`);
  return found;
}

type Optional =
  | 'pause'
  | 'resume'
  | 'jumpClock'
  | 'closeConnections'
  | 'replace'
  | 'holdLink'
  | 'holdOutput'
  | 'crowd'
  | 'limitFiles';
