/**
 * What can go wrong around a server, keyed by fault code.
 *
 * To add one: write `<name>.ts` beside this file, exporting one Fault whose `meta.name` is the file's name and whose
 * `meta.options` holds every option with its default; add its line below under its code. A message fault is a pure
 * function; a process fault returns its undo. The contract tests run over it by themselves.
 */
import type { Fault } from '../model/fault.ts';
import { entry, type Registry } from '../model/registry.ts';
import { agentRetry } from './agent-retry.ts';
import { blockedLoop } from './blocked-loop.ts';
import { cancelRace } from './cancel-race.ts';
import { clockJump } from './clock-jump.ts';
import { connectionClosed } from './connection-closed.ts';
import { connectionStorm } from './connection-storm.ts';
import { crashLoop } from './crash-loop.ts';
import { drain } from './drain.ts';
import { duplicate } from './duplicate.ts';
import { frameSpoilt } from './frame-spoilt.ts';
import { halfOpen } from './half-open.ts';
import { heapLimit } from './heap-limit.ts';
import { inputTrouble } from './input-trouble.ts';
import { kill } from './kill.ts';
import { latency } from './latency.ts';
import { pause } from './pause.ts';
import { platformTimeout } from './platform-timeout.ts';
import { pollStampede } from './poll-stampede.ts';
import { reorderReplies } from './reorder-replies.ts';
import { replyLost } from './reply-lost.ts';
import { replyTruncated } from './reply-truncated.ts';
import { requestLost } from './request-lost.ts';
import { rollingUpgrade } from './rolling-upgrade.ts';
import { slowTransfer } from './slow-transfer.ts';
import { storeFull } from './store-full.ts';
import { storeKill } from './store-kill.ts';
import { storeTailLost } from './store-tail-lost.ts';
import { storeTrouble } from './store-trouble.ts';
import { workerDeath } from './worker-death.ts';
import { zombie } from './zombie.ts';

/** The units themselves, for the compiler, which waits for nothing. */
export const faultUnits: Readonly<Record<string, Fault>> = {
  F1: latency,
  F2: slowTransfer,
  F3: reorderReplies,
  F4: requestLost,
  F5: replyLost,
  F6: replyTruncated,
  F7: frameSpoilt,
  F8: duplicate,
  F9: agentRetry,
  F10: halfOpen,
  F11: connectionStorm,
  F12: kill,
  F13: drain,
  F14: pause,
  F15: crashLoop,
  F16: rollingUpgrade,
  F17: workerDeath,
  F18: blockedLoop,
  F19: storeKill,
  F20: storeTrouble,
  F21: storeTailLost,
  F22: storeFull,
  F23: clockJump,
  F24: zombie,
  F25: heapLimit,
  F26: connectionClosed,
  F28: cancelRace,
  F29: inputTrouble,
  F30: pollStampede,
  F31: platformTimeout,
};

export const faults: Registry<Fault> = Object.fromEntries(
  Object.entries(faultUnits).map(([id, unit]) => [id, entry(unit)]),
);
