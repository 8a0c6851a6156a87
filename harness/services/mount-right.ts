import { readFileSync } from 'node:fs';

const SYS_ADMIN = 21n; // Bit of the capability that mounting takes, capabilities(7).

/** Whether this process may mount a small disk: Linux, and root or what stands for it in a container. */
export function mayMount(): boolean {
  if (process.platform !== 'linux') return false;
  const held = /^CapEff:\s*([0-9a-f]+)$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1];
  return held !== undefined && (BigInt(`0x${held}`) >> SYS_ADMIN) % 2n === 1n;
}
