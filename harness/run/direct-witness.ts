import type { FrameLog } from '../execution/frame-log.ts';
import { headOf } from '../execution/message-text.ts';
import type { Plan } from '../model/plan.ts';
import type { MessageWitness } from '../wire/message-witness.ts';

/**
 * Is the load measured over sockets of the agents' own, straight to the server? Where nothing is done to messages, a proxy would
 * be measured with the server, and takes more of this process than everything else together. Several processes need theirs.
 */
export function isDirect({ load, faults, target }: Pick<Plan, 'load' | 'faults' | 'target'>): boolean {
  return (
    load.warmupMs !== undefined && faults.length === 0 && target.transport === 'http' && target.processes === undefined
  );
}

/** Records what one connection says and hears, as the proxy would: the ledger is drained before anything that arrives. */
export function directWitness(frames: Pick<FrameLog, 'frame' | 'arrived'>, conn: string): MessageWitness {
  return {
    sent(message, text) {
      frames.frame({ conn, dir: 'out', text, bytes: Buffer.byteLength(text), head: headOf(message) }, 'pass');
    },
    arrived(value, text, http) {
      frames.arrived();
      frames.frame({ conn, dir: 'in', text, bytes: Buffer.byteLength(text), head: headOf(value), http }, 'pass');
    },
  };
}
