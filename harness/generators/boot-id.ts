import { readFileSync } from 'node:fs';

/** What names this start of this machine (and, in a container, of nothing else): Linux only. null: nobody knows. */
export function bootIdOf(): string | null {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  } catch {
    // Not Linux: clocks are then compared by asking.
    return null;
  }
}
