import type { StoreTrouble } from '../model/fault.ts';
import type { Boot } from './boot.ts';
import type { StorageLink } from './server-face.ts';
import type { World } from './world.ts';

/** The disk or database behind all boots, with the trouble it is in. */
export interface Storage {
  /** The way to it for one boot. */
  linkFor(boot: Boot): StorageLink;
  /** Puts it in trouble; null ends it. Returns the operations struck by the trouble that ends. */
  setTrouble(trouble: StoreTrouble | null): number;
  /** Writes on their way that have not landed. */
  writesInFlight(): number;
}

export function createStorage(world: World, [fromMs, toMs]: readonly [number, number]): Storage {
  let trouble: StoreTrouble | null = null;
  let touched = 0;
  // Of boots that live; those of a dead one will never land.
  const writesOf = new Map<Boot, number>();
  const count = (boot: Boot, more: 1 | -1) => writesOf.set(boot, (writesOf.get(boot) ?? 0) + more);

  /** Refuses, or says how much longer it takes. */
  const struck = (boot: Boot, kind: 'read' | 'write'): number => {
    switch (trouble?.form) {
      case 'slow':
        touched += 1;
        return trouble.ms;
      case 'failing':
        if (!boot.draw.chance(trouble.probability)) return 0;
        touched += 1;
        throw new Error('the store failed (simulated)');
      case 'full':
        if (kind === 'read') return 0;
        touched += 1;
        throw Object.assign(new Error('ENOSPC: no space left on device (simulated)'), { code: 'ENOSPC' });
      case 'cut':
      case undefined:
        return 0;
    }
  };
  /** One way takes its time, and then `meet` says whether it has arrived; what that throws is what the store says. */
  const arrival = (boot: Boot, meet: (arrive: () => void) => void) =>
    new Promise<void>((resolve, reject) => {
      world.schedule(boot, boot.draw.integer(fromMs, toMs), () => {
        try {
          meet(resolve);
        } catch (error) {
          reject(error);
        }
      });
    });

  return {
    linkFor: (boot) => ({
      before(kind) {
        const isWrite = kind === 'write';
        if (isWrite) count(boot, 1);
        return arrival(boot, (arrive) => {
          if (isWrite) count(boot, -1);
          // The trouble is met where the operation arrives.
          const moreMs = struck(boot, kind);
          if (moreMs > 0) world.schedule(boot, Math.ceil(moreMs), arrive);
          else arrive();
        });
      },
      after: () =>
        arrival(boot, (arrive) => {
          if (trouble?.form !== 'cut' || !boot.draw.chance(trouble.probability)) return arrive();
          touched += 1;
          throw new Error('the connection to the store was lost (simulated)');
        }),
    }),
    setTrouble(next) {
      const before = touched;
      touched = 0;
      trouble = next;
      return before;
    },
    writesInFlight: () => [...writesOf].reduce((sum, [boot, writes]) => (boot.isAlive() ? sum + writes : sum), 0),
  };
}
